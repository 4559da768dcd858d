package io.botfsm.cli;

import io.botfsm.storage.catalog.ConversationFilter;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options that select conversations. */
final class FilterOptions {
    @Mixin
    private KeyOptions keys = new KeyOptions();

    @Option(names = "--state", paramLabel = "NAME", description = "only in this state, such as Order:ADDRESS")
    private Optional<String> state = Optional.empty();

    @Option(
            names = "--untouched",
            paramLabel = "TIME",
            description = "only if last written this long ago or longer, such as 15m or 7d")
    private Optional<Duration> untouched = Optional.empty();

    @Option(names = "--overdue", paramLabel = "TIME", description = "only if a deadline passed this long ago or longer")
    private Optional<Duration> overdue = Optional.empty();

    ConversationFilter filter() {
        ConversationFilter filter = keys.filter();
        Instant now = Instant.now();
        filter = state.isPresent() ? filter.state(state.get()) : filter;
        filter = untouched.isPresent() ? filter.untouchedSince(now.minus(untouched.get())) : filter;
        return overdue.isPresent() ? filter.dueBefore(now.minus(overdue.get())) : filter;
    }
}
