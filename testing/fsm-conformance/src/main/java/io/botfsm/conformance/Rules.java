package io.botfsm.conformance;

import io.botfsm.storage.Mutation;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.TestInstance;

/** A group of tests: storages that are closed after each test, and keys that nobody else uses. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class Rules {
    /** How long a call may take where the time does not matter. */
    static final Duration DEADLINE = Duration.ofSeconds(10);

    final StateStorageConformance suite;
    final Time time;
    private final List<StateStorage> opened = new ArrayList<>();
    private final String bot = "conformance-" + UUID.randomUUID();
    private final AtomicLong chat = new AtomicLong();

    Rules(StateStorageConformance suite) {
        this.suite = suite;
        this.time = new Time(suite);
    }

    TestedStorage open() {
        return open(Optional.empty(), DEADLINE);
    }

    TestedStorage open(Optional<Duration> ttl, Duration deadline) {
        StateStorage storage;
        try {
            storage = suite.open(ttl, deadline);
        } catch (Exception e) {
            throw new AssertionError("the storage could not be opened", e);
        }
        opened.add(storage);
        return new TestedStorage(storage);
    }

    /** Another storage on the backend of this one; the same where each storage has its own backend. */
    TestedStorage beside(TestedStorage storage) {
        return suite instanceof Conformance.Shares ? open() : storage;
    }

    @AfterEach
    void closeStorages() {
        opened.forEach(StateStorage::close);
        opened.clear();
    }

    StorageKey freshKey() {
        return StorageKey.bot(bot).chat(chat.incrementAndGet()).user(7).build();
    }

    /** A bot id that no other test uses, for keys made by hand. */
    String freshBot() {
        return bot + "-" + chat.incrementAndGet();
    }

    static Mutation.Builder change() {
        return Mutation.builder();
    }

    static Mutation.Builder clear() {
        return change().clearState().replaceData(Map.of());
    }

    /** How often to do something: more often when a proof is wanted. */
    static int times(int usual) {
        return Boolean.getBoolean("botfsm.proof") ? 20 * usual : usual;
    }

    /** Runs a random test; its failure tells the seed to repeat it with. */
    static void randomly(Consumer<Random> test) {
        long seed = Long.getLong("botfsm.seed", System.nanoTime());
        try {
            test.accept(new Random(seed));
        } catch (AssertionError e) {
            throw new AssertionError(
                    String.format(Locale.ROOT, "repeat with -Dbotfsm.seed=%d: %s", seed, e.getMessage()), e);
        }
    }
}
