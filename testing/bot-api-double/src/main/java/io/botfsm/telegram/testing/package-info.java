/**
 * A stand-in for Telegram's Bot API, for tests of bots: {@link io.botfsm.telegram.testing.BotApiDouble} serves the bot,
 * a {@link io.botfsm.telegram.testing.TelegramUser} talks to it.
 */
@NullMarked
package io.botfsm.telegram.testing;

import org.jspecify.annotations.NullMarked;
