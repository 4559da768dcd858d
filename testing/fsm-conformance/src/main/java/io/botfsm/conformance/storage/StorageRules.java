package io.botfsm.conformance.storage;

import io.botfsm.conformance.Conformance;
import io.botfsm.conformance.internal.Rules;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.StorageKey;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;

/** A group of tests of a storage, with keys that nobody else uses. */
abstract class StorageRules extends Rules {
    final StateStorageConformance suite;
    private final String bot = "conformance-" + UUID.randomUUID();
    private final AtomicLong chat = new AtomicLong();

    StorageRules(StateStorageConformance suite) {
        super(suite);
        this.suite = suite;
    }

    TestedStorage open() {
        return open(Optional.empty(), DEADLINE);
    }

    TestedStorage open(Optional<Duration> ttl, Duration deadline) {
        return new TestedStorage(opened(() -> suite.open(ttl, deadline)));
    }

    /** Another storage on the same backend; the same storage if each has its own backend. */
    TestedStorage beside(TestedStorage storage) {
        return suite instanceof Conformance.Shares ? open() : storage;
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
}
