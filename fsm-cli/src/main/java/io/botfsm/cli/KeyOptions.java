package io.botfsm.cli;

import io.botfsm.storage.catalog.ConversationFilter;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The options that select conversations by their keys. */
final class KeyOptions {
    @Option(names = "--bot", paramLabel = "ID", description = "only of this bot")
    private Optional<String> bot = Optional.empty();

    @Option(names = "--chat", paramLabel = "ID", description = "only in this chat")
    private Optional<String> chat = Optional.empty();

    @Option(names = "--user", paramLabel = "ID", description = "only of this user")
    private Optional<String> user = Optional.empty();

    ConversationFilter filter() {
        ConversationFilter filter = bot.map(ConversationFilter::bot).orElse(ConversationFilter.all());
        filter = chat.isPresent() ? filter.chat(chat.get()) : filter;
        return user.isPresent() ? filter.user(user.get()) : filter;
    }
}
