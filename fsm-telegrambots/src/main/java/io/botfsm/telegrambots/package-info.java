/**
 * Telegram's updates in TelegramBots' types: whose conversation each belongs to
 * ({@link io.botfsm.telegrambots.UpdateKeys}), what a bot does with it ({@link io.botfsm.telegrambots.UpdateHandler}),
 * and long polling that confirms what was handled and nothing else ({@link io.botfsm.telegrambots.PollingSession}).
 *
 * <p>The jar is the automatic module {@code io.botfsm.telegrambots} and has no module descriptor: TelegramBots' jars
 * state no module names, and a descriptor would require names that are made from those of their files.
 */
@NullMarked
package io.botfsm.telegrambots;

import org.jspecify.annotations.NullMarked;
