package io.botfsm.conformance.storage;

import io.botfsm.conformance.Conformance;
import io.botfsm.conformance.internal.Rules;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Outcome.Applied;
import io.botfsm.storage.StorageKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

/** A group of tests of a catalog, each with a bot that nobody else uses. */
abstract class CatalogRules extends Rules {
    /** More than the largest page holds. */
    static final int MANY = 1_100;

    private static final int AT_ONCE = 100;

    final ConversationCatalogConformance suite;
    /** Numbers, since some storages accept no other ids; with one more digit they still are valid at Telegram. */
    private final AtomicLong bots =
            new AtomicLong(ThreadLocalRandom.current().nextLong(10_000_000_000L, 100_000_000_000_000L));

    CatalogRules(ConversationCatalogConformance suite) {
        super(suite);
        this.suite = suite;
    }

    TestedCatalog open() {
        return open(Optional.empty(), DEADLINE);
    }

    TestedCatalog open(Optional<Duration> ttl, Duration deadline) {
        return new TestedCatalog(opened(() -> suite.open(ttl, deadline)));
    }

    /** Another catalog on the same backend; the same catalog if each storage has its own backend. */
    TestedCatalog beside(TestedCatalog catalog) {
        return suite instanceof Conformance.Shares ? open() : catalog;
    }

    String freshBot() {
        return Long.toString(bots.incrementAndGet());
    }

    static StorageKey key(String bot, long user) {
        return StorageKey.bot(bot).chat(user).user(user).build();
    }

    /** Writes conversations in state {@code A} with one entry. */
    static List<StorageKey> write(TestedCatalog catalog, String bot, int count) {
        List<StorageKey> keys =
                IntStream.range(0, count).mapToObj(i -> key(bot, i)).toList();
        write(catalog, keys, change().state("A").put("n", "1"));
        return keys;
    }

    /** Applies the same write to many conversations. */
    static void write(TestedCatalog catalog, List<StorageKey> keys, Mutation.Builder change) {
        for (int from = 0; from < keys.size(); from += AT_ONCE) {
            new ArrayList<>(keys.subList(from, Math.min(keys.size(), from + AT_ONCE)))
                    .stream()
                            .map(key -> catalog.storage().writing(key, change))
                            .toList()
                            .forEach(answer -> {
                                if (!(answer.value(DEADLINE.multipliedBy(3)) instanceof Applied)) {
                                    throw new AssertionError("a write was not applied");
                                }
                            });
        }
    }

    static Mutation.Builder change() {
        return Mutation.builder();
    }

    static Mutation.Builder clear() {
        return change().clearState().replaceData(Map.of());
    }
}
