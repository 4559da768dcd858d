/**
 * A bot's life under an instance lock: {@link io.botfsm.lifecycle.BotRunner} takes the lock, starts the bot, and stops
 * it in order; {@link io.botfsm.lifecycle.ShutdownSequence} is the order, for use on its own too.
 */
@NullMarked
package io.botfsm.lifecycle;

import org.jspecify.annotations.NullMarked;
