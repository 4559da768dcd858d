package io.botfsm.examples.onboarding;

import io.botfsm.telegrambots.BotToken;
import java.net.URI;
import java.util.Optional;

/**
 * The rehearsal with Telegram itself, run by {@code examples/onboarding-bot/live}. Not named like a test, so that no
 * build takes it for one.
 */
class LiveRehearsal extends Rehearsal {
    @Override
    BotToken token() {
        return BotToken.fromEnvironment();
    }

    @Override
    URI server() {
        return URI.create(Optional.ofNullable(System.getenv("TELEGRAM_API_URL")).orElse("https://api.telegram.org"));
    }
}
