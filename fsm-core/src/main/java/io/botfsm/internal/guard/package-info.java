/** What keeps users' code from changing the outcome of a write. */
@NullMarked
package io.botfsm.internal.guard;

import org.jspecify.annotations.NullMarked;
