/** Collections that data entries are kept in. */
@NullMarked
package io.botfsm.internal.data;

import org.jspecify.annotations.NullMarked;
