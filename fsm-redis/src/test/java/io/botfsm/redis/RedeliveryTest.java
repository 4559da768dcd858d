package io.botfsm.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.redis.testkit.RedisServers;
import io.botfsm.redis.testkit.RespConnection;
import io.botfsm.storage.EventId;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Outcome;
import io.botfsm.storage.Outcome.Applied;
import io.botfsm.storage.Outcome.Duplicate;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Random deliveries over three sources, with repetitions of any age: counted ids that now and then begin anew at lower
 * ones, texts, and snowflakes; in conversations that are cleared, or end by their time to live, between them. None is
 * applied twice of those that are promised to be remembered, and none is refused that is new. What is promised is kept
 * here by lists of ids, which know nothing of windows and rings.
 */
@Timeout(1200)
class RedeliveryTest {
    private static final int DELIVERIES = Boolean.getBoolean("botfsm.proof") ? 1_000_000 : 40_000;
    private static final int CONVERSATIONS = 50;
    private static final int REMEMBERED_OF_A_RUN = 100;
    private static final int REMEMBERED_OF_A_SOURCE = 64;
    private static final Duration TTL = Duration.ofMinutes(30);

    private final long seed = Long.getLong("botfsm.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final String bot = "redelivery-" + UUID.randomUUID();
    private Instant now = Instant.now();
    private RespConnection redis;
    private StateStorage storage;
    private int applied;
    private int duplicates;
    private int ended;

    @BeforeEach
    void connect() {
        redis = RedisServers.shared().connect();
        redis.call("SELECT", "3");
        storage = new RedisStateStorage(
                new SocketPort(redis),
                Duration.ofSeconds(30),
                RedisStorageOptions.builder().ttl(TTL).build(),
                () -> now);
    }

    @AfterEach
    void disconnect() {
        redis.call("FLUSHDB");
        redis.close();
    }

    /** The ids that a source has delivered to a conversation. */
    private abstract class Source {
        final Set<Object> everApplied = new HashSet<>();
        final List<EventId> delivered = new ArrayList<>();

        abstract EventId next();

        abstract boolean isPromised(EventId id);

        abstract void remember(EventId id);

        /** Sooner one of the last ones than an old one. */
        EventId again() {
            int back =
                    random.nextInt(4) == 0 ? random.nextInt(delivered.size()) : random.nextInt(80) % delivered.size();
            return delivered.get(delivered.size() - 1 - back);
        }
    }

    /** Ids that a messenger counts over all its conversations. */
    private final class Counted extends Source {
        private long id = 2_000_000L + random.nextInt(1_000_000);
        private Deque<EventId> run = new ArrayDeque<>();
        private final Deque<EventId> firstRun = run; // the one with the highest ids

        @Override
        EventId next() {
            if (random.nextInt(500) == 0) {
                id = Math.max(1_000, id - 10_000L - random.nextInt(100_000));
                run = new ArrayDeque<>();
            }
            id += 1 + random.nextInt(2);
            return EventId.of(id);
        }

        /** A messenger repeats what was not confirmed to it: of the last ones. */
        @Override
        EventId again() {
            List<EventId> unconfirmed = new ArrayList<>(run.isEmpty() || random.nextInt(5) == 0 ? firstRun : run);
            return unconfirmed.get(random.nextInt(unconfirmed.size()));
        }

        @Override
        boolean isPromised(EventId event) {
            return run.contains(event) || firstRun.contains(event);
        }

        @Override
        void remember(EventId event) {
            if (!isPromised(event)) {
                run.addLast(event);
                if (run.size() > REMEMBERED_OF_A_RUN) {
                    run.removeFirst();
                }
            }
        }
    }

    /** Ids of which a source's last are remembered. */
    private final class Texts extends Source {
        private final String source;
        private final Deque<EventId> last = new ArrayDeque<>();

        Texts(String source) {
            this.source = source;
        }

        @Override
        EventId next() {
            return source.isEmpty()
                    ? EventId.of("wamid." + random.nextLong())
                    : EventId.of(source, (1L << 60) + random.nextLong(1L << 60));
        }

        @Override
        boolean isPromised(EventId event) {
            return last.contains(event);
        }

        @Override
        void remember(EventId event) {
            last.addLast(event);
            if (last.size() > REMEMBERED_OF_A_SOURCE) {
                last.removeFirst();
            }
        }
    }

    @Test
    void noneIsAppliedTwiceAndNoneIsRefusedThatIsNew() throws Exception {
        System.out.println("[seed] RedeliveryTest: -Dbotfsm.seed=" + seed);
        List<List<Source>> conversations = new ArrayList<>();
        for (int i = 0; i < CONVERSATIONS; i++) {
            conversations.add(List.of(new Counted(), new Texts(""), new Texts("discord")));
        }
        for (int i = 0; i < DELIVERIES; i++) {
            now = now.plusSeconds(random.nextInt(60));
            int which = random.nextInt(CONVERSATIONS);
            Source source = conversations.get(which).get(random.nextInt(3));
            boolean again = !source.delivered.isEmpty() && random.nextInt(3) == 0;
            EventId event = again ? source.again() : source.next();
            deliver(StorageKey.bot(bot).chat(which).user(1).build(), source, event);
        }
        System.out.println("[redelivery] " + DELIVERIES + " deliveries: " + applied + " applied, " + duplicates
                + " recognised; " + ended + " conversations had ended");
        assertThat(List.of(applied, duplicates, ended)).allMatch(count -> count > DELIVERIES / 100);
    }

    private void deliver(StorageKey key, Source source, EventId event) throws Exception {
        if (storage.read(key).toCompletableFuture().get(30, TimeUnit.SECONDS).hasEnded()) {
            ended++;
        }
        Mutation.Builder write = Mutation.builder().eventId(event);
        if (random.nextInt(10) == 0) {
            write.clearState().replaceData(Map.of());
        } else {
            write.state("A").put("a", "1");
        }
        Outcome outcome =
                storage.write(key, write.build()).toCompletableFuture().get(30, TimeUnit.SECONDS);

        boolean isNew = !source.everApplied.contains(event);
        if (isNew) {
            assertThat(outcome).as("seed %d: %s is new to %s", seed, event, key).isInstanceOf(Applied.class);
        } else if (source.isPromised(event)) {
            assertThat(outcome).as("seed %d: %s again to %s", seed, event, key).isInstanceOf(Duplicate.class);
        }
        if (outcome instanceof Applied) {
            applied++;
            source.everApplied.add(event);
            source.remember(event);
        } else {
            duplicates++;
        }
        if (isNew) {
            source.delivered.add(event);
        }
    }
}
