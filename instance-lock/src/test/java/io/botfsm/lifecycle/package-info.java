/** Tests. */
@NullMarked
package io.botfsm.lifecycle;

import org.jspecify.annotations.NullMarked;
