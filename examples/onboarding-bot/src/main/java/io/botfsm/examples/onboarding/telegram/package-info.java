/** The bot on Telegram: {@link io.botfsm.examples.onboarding.telegram.TelegramBot}. */
@NullMarked
package io.botfsm.examples.onboarding.telegram;

import org.jspecify.annotations.NullMarked;
