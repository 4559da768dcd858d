package io.botfsm.cli;

import io.botfsm.storage.catalog.ConversationFilter;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Which conversations, by their keys. */
final class KeyOptions {
    @Option(names = "--bot", paramLabel = "ID", description = "of this bot alone")
    private Optional<String> bot = Optional.empty();

    @Option(names = "--chat", paramLabel = "ID", description = "in this chat alone")
    private Optional<String> chat = Optional.empty();

    @Option(names = "--user", paramLabel = "ID", description = "of this user alone")
    private Optional<String> user = Optional.empty();

    ConversationFilter filter() {
        ConversationFilter filter = bot.map(ConversationFilter::bot).orElse(ConversationFilter.all());
        filter = chat.isPresent() ? filter.chat(chat.get()) : filter;
        return user.isPresent() ? filter.user(user.get()) : filter;
    }
}
