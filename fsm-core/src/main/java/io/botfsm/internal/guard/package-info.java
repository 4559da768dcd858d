/** Calls that block, and protection of the outcome of a write against failures in user code. */
@NullMarked
package io.botfsm.internal.guard;

import org.jspecify.annotations.NullMarked;
