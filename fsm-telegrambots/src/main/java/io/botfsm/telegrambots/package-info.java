/**
 * Telegram's updates in TelegramBots' types: whose conversation each belongs to ({@link io.botfsm.telegrambots.UpdateKeys}), what
 * a bot does with it ({@link io.botfsm.telegrambots.UpdateHandler}), and long polling that confirms what was handled and nothing
 * else ({@link io.botfsm.telegrambots.PollingSession}).
 */
@NullMarked
package io.botfsm.telegrambots;

import org.jspecify.annotations.NullMarked;
