/**
 * The lifecycle of a bot under an instance lock: {@link io.botfsm.lifecycle.BotRunner} acquires the lock, starts the
 * bot, and stops it in order; {@link io.botfsm.lifecycle.ShutdownSequence} runs the steps of a shutdown, and can also
 * be used separately.
 */
@NullMarked
package io.botfsm.lifecycle;

import org.jspecify.annotations.NullMarked;
