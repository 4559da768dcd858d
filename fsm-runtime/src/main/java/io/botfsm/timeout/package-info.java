/** Firing the deadlines of conversations when they have passed: {@link io.botfsm.timeout.TimeoutRunner}. */
@NullMarked
package io.botfsm.timeout;

import org.jspecify.annotations.NullMarked;
