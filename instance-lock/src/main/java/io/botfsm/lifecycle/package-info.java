/** A bot's life: {@link io.botfsm.lifecycle.ShutdownSequence} ends it in order. */
@NullMarked
package io.botfsm.lifecycle;

import org.jspecify.annotations.NullMarked;
