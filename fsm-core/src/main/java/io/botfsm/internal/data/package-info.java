/** Collections that data entries are kept in, and what is asked of every version of Jackson. */
@NullMarked
package io.botfsm.internal.data;

import org.jspecify.annotations.NullMarked;
