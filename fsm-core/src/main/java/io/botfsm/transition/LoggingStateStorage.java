package io.botfsm.transition;

import static java.util.Objects.requireNonNull;

import io.botfsm.internal.guard.BestEffort;
import io.botfsm.internal.text.Text;
import io.botfsm.storage.ForwardingStateStorage;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Outcome;
import io.botfsm.storage.Outcome.Applied;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * Logs every change of state as one SLF4J event: {@code FSM state changed: bot=1 chat=2 user=3 Onboarding:NAME →
 * Onboarding:AGE}. A text that could be mistaken for another part of the line is quoted. The event has the same parts,
 * escaped, as key-value pairs: {@code bot}, {@code chat}, {@code user}, if present {@code thread}, {@code business} and
 * {@code destiny}, {@code from}, {@code to}, and {@code timeInPreviousState} in milliseconds if the storage keeps times
 * and something was stored before. A write that does not change the state logs nothing. Data is never logged. Logging
 * takes no additional round trip, since the write returns the previous state.
 *
 * <p>Thread-safe. Logs on the thread that completes the write, often a thread of the driver: use an appender that does
 * not block.
 */
public final class LoggingStateStorage extends ForwardingStateStorage {
    private static final String NO_STATE = "(none)";

    private final Logger logger;
    private final Level level;

    /**
     * Logs at level INFO, under the name of this package.
     *
     * @param storage where the conversations are kept; closed with this one
     */
    public LoggingStateStorage(StateStorage storage) {
        this(storage, LoggerFactory.getLogger(LoggingStateStorage.class.getPackageName()), Level.INFO);
    }

    /**
     * Logs to a logger and at a level of your choice.
     *
     * @param storage where the conversations are kept; closed with this one
     * @param logger where to log to
     * @param level at which level
     */
    public LoggingStateStorage(StateStorage storage, Logger logger, Level level) {
        super(storage);
        this.logger = requireNonNull(logger, "logger");
        this.level = requireNonNull(level, "level");
    }

    @Override
    public CompletionStage<Outcome> write(StorageKey key, Mutation mutation) {
        requireNonNull(key, "key");
        requireNonNull(mutation, "mutation");
        return storage().write(key, mutation).thenApply(outcome -> {
            if (outcome instanceof Applied applied && !applied.previousState().equals(applied.state())) {
                BestEffort.run(() -> log(Transition.of(key, applied)));
            }
            return outcome;
        });
    }

    private void log(Transition transition) {
        StorageKey key = transition.key();
        LoggingEventBuilder event = logger.atLevel(level)
                .addKeyValue("bot", Text.printable(key.bot()))
                .addKeyValue("chat", Text.printable(key.chat()))
                .addKeyValue("user", Text.printable(key.user()));
        event = withPart(event, "thread", key.thread());
        event = withPart(event, "business", key.business());
        event = withPart(
                event, "destiny", Optional.of(key.destiny()).filter(d -> !d.equals(StorageKey.DEFAULT_DESTINY)));
        event = event.addKeyValue("from", printable(transition.from())).addKeyValue("to", printable(transition.to()));
        Optional<Duration> time = transition.timeInPreviousState();
        event = time.isPresent()
                ? event.addKeyValue("timeInPreviousState", time.get().toMillis())
                : event;
        event.log(
                "FSM state changed: {} {} → {}",
                key,
                Text.field(transition.from(), NO_STATE),
                Text.field(transition.to(), NO_STATE));
    }

    private static LoggingEventBuilder withPart(LoggingEventBuilder event, String part, Optional<String> id) {
        return id.isPresent() ? event.addKeyValue(part, Text.printable(id.get())) : event;
    }

    private static String printable(Optional<String> state) {
        return state.map(Text::printable).orElse(NO_STATE);
    }
}
