/**
 * Telegram updates in the types of TelegramBots: their conversation keys ({@link io.botfsm.telegrambots.UpdateKeys}),
 * their handlers ({@link io.botfsm.telegrambots.UpdateHandler}), and long polling that confirms only handled updates
 * ({@link io.botfsm.telegrambots.PollingSession}).
 *
 * <p>The jar is the automatic module {@code io.botfsm.telegrambots} and has no module descriptor: TelegramBots' jars
 * state no module names, and a descriptor would require names that are made from those of their files.
 */
@NullMarked
package io.botfsm.telegrambots;

import org.jspecify.annotations.NullMarked;
