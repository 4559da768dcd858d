package io.botfsm.integration.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.Fsm;
import io.botfsm.Handled;
import io.botfsm.redis.BotRedis;
import io.botfsm.redis.RedisStorageOptions;
import io.botfsm.redis.client.testing.Proof;
import io.botfsm.redis.lettuce.LettuceRedis;
import io.botfsm.redis.testkit.RedisServerProcess;
import io.botfsm.storage.EventId;
import io.botfsm.storage.StorageKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Random deliveries of three sources to many conversations, compared with a model that remembers exactly what rules 14
 * and 19 promise: what is promised to be remembered is never applied again, and what never came is never refused.
 */
@Timeout(1_800)
class RedeliverySoakTest {
    private static final int DELIVERIES = Proof.runs(1_000_000, 20_000);
    private static final int OF_A_CONVERSATION = 1_000;
    private static final int THREADS = 8;

    /**
     * Short enough to end between deliveries, the first more often than the second. Every third conversation has none.
     */
    private static final List<Duration> TIMES_TO_LIVE = List.of(Duration.ofMillis(2), Duration.ofMillis(15));

    private final long seed = Long.getLong("botfsm.seed", System.nanoTime());
    private final Map<String, AtomicLong> seen = new ConcurrentHashMap<>();

    @Test
    void nothingIsAppliedTwiceWhileItIsRememberedAndNothingNewIsRefused() throws Exception {
        System.out.println("[seed] RedeliverySoakTest: -Dbotfsm.seed=" + seed);
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try (RedisServerProcess server = RedisServerProcess.start();
                BotRedis redis = LettuceRedis.connect(server.uri(0))) {
            List<Fsm> bots = new ArrayList<>(List.of(Fsm.of(redis.stateStorage())));
            for (Duration ttl : TIMES_TO_LIVE) {
                bots.add(Fsm.of(redis.stateStorage(
                        RedisStorageOptions.builder().ttl(ttl).build())));
            }
            List<Future<?>> conversations = new ArrayList<>();
            for (int user = 0; user < DELIVERIES / OF_A_CONVERSATION; user++) {
                Conversation conversation = new Conversation(bots.get(user % bots.size()), user);
                conversations.add(threads.submit(conversation::deliver));
            }
            for (Future<?> conversation : conversations) {
                conversation.get();
            }
        } finally {
            threads.shutdownNow();
        }
        System.out.println("[measured] RedeliverySoakTest: " + DELIVERIES + " deliveries: " + seen);
        assertThat(seen)
                .containsOnlyKeys(
                        "new",
                        "remembered",
                        "forgotten, applied",
                        "forgotten, refused",
                        "restarts",
                        "ended before",
                        "cleared");
        assertThat(seen.values()).allMatch(count -> count.get() > DELIVERIES / 1_000);
    }

    private void count(String what) {
        seen.computeIfAbsent(what, absent -> new AtomicLong()).incrementAndGet();
    }

    /** One user, whose events are delivered one after another. One thread. */
    private final class Conversation {
        private final Fsm bot;
        private final StorageKey key;
        private final Random random;
        private final Promised promised = new Promised();
        private final Set<EventId> applied = new HashSet<>();
        private final List<EventId> inOrder = new ArrayList<>();
        private final List<Long> positions = new ArrayList<>();
        private long position;
        private boolean hasState;

        Conversation(Fsm bot, int user) {
            this.bot = bot;
            this.key = StorageKey.bot(1).chat(user).user(user).build();
            this.random = new Random(seed + user);
            restart();
        }

        void deliver() {
            for (int i = 0; i < OF_A_CONVERSATION; i++) {
                EventId event = event();
                boolean clears = random.nextInt(50) == 0;
                Handled<Boolean> handled = bot.handle(key, event, turn -> {
                    boolean hadState = turn.state().isPresent();
                    if (clears) {
                        turn.clear();
                    } else {
                        turn.state("S").put("event", event.toString());
                    }
                    return hadState;
                });
                String where = "seed " + seed + ", delivery " + i + " of " + key + ": " + event;
                if (handled instanceof Handled.Done<Boolean> done) {
                    assertThat(promised.contains(event))
                            .as("applied again: %s", where)
                            .isFalse();
                    count(applied.contains(event) ? "forgotten, applied" : "new");
                    if (hasState && !done.result()) {
                        count("ended before");
                    }
                    hasState = !clears;
                    if (clears) {
                        count("cleared");
                    }
                    promised.add(event);
                    applied.add(event);
                    inOrder.add(event);
                } else {
                    assertThat(applied).as("refused, and new: %s", where).contains(event);
                    count(promised.contains(event) ? "remembered" : "forgotten, refused");
                }
            }
        }

        /** Tries no id where the ids end that a storage has to remember: runs may end up to 264 ids away. */
        private EventId event() {
            EventId event = random.nextInt(5) < 2 && !inOrder.isEmpty() ? redelivered() : fresh();
            while (promised.isAtAnEnd(event)) {
                event = fresh();
            }
            return event;
        }

        private EventId redelivered() {
            int back = random.nextBoolean() ? random.nextInt(100) : random.nextInt(inOrder.size());
            return inOrder.get(Math.max(0, inOrder.size() - 1 - back));
        }

        private EventId fresh() {
            return switch (random.nextInt(20)) {
                case 0, 1 -> EventId.of("wamid." + random.nextLong());
                case 2, 3 -> EventId.of((1L << 53) + random.nextLong(1L << 62)); // a snowflake
                case 4, 5, 6 -> EventId.of("payments", "evt_" + random.nextLong());
                case 7, 8 -> EventId.of("calendar", random.nextLong(Long.MAX_VALUE));
                default -> counted();
            };
        }

        private EventId counted() {
            if (random.nextInt(100) == 0) {
                restart();
                count("restarts");
            }
            EventId late = EventId.of(Math.max(0, position - random.nextInt(256)));
            if (random.nextInt(4) == 0 && !applied.contains(late)) {
                return late;
            }
            position += 1 + random.nextInt(3);
            return EventId.of(position);
        }

        /** The messenger continues far away from all earlier positions, mostly below them. */
        private void restart() {
            do {
                position = random.nextLong(EventId.MAX_COUNTED / (1 + random.nextInt(1_000)));
            } while (positions.stream().anyMatch(other -> Math.abs(other - position) < 10_000));
            positions.add(position);
        }
    }

    /** What the rules promise to remember, and nothing more. */
    private static final class Promised {
        private static final int COUNTED = 256;
        private static final int OTHERS = 64;
        private static final int RUN_MAY_END = 280;

        private static final class Run {
            private long highest;
            private final Set<Long> ids = new HashSet<>();

            Run(long first) {
                highest = first;
                ids.add(first);
            }

            boolean contains(long id) {
                return ids.contains(id) && highest - id < COUNTED;
            }

            boolean isNear(long id) {
                return highest - id < COUNTED && id - highest <= COUNTED;
            }

            boolean endsAt(long id) {
                long distance = Math.abs(id - highest);
                return distance >= COUNTED && distance <= RUN_MAY_END;
            }

            void add(long id) {
                highest = Math.max(highest, id);
                ids.add(id);
            }
        }

        private @Nullable Run latest;
        private @Nullable Run other;
        private final Map<String, LinkedHashSet<EventId>> texts = new HashMap<>();

        boolean contains(EventId event) {
            if (event.counted().isEmpty()) {
                return texts.getOrDefault(event.source(), new LinkedHashSet<>()).contains(event);
            }
            long id = event.counted().getAsLong();
            return (latest != null && latest.contains(id)) || (other != null && other.contains(id));
        }

        boolean isAtAnEnd(EventId event) {
            if (event.counted().isEmpty()) {
                return false;
            }
            long id = event.counted().getAsLong();
            return (latest != null && latest.endsAt(id)) || (other != null && other.endsAt(id));
        }

        void add(EventId event) {
            if (event.counted().isEmpty()) {
                LinkedHashSet<EventId> last = texts.computeIfAbsent(event.source(), absent -> new LinkedHashSet<>());
                last.remove(event);
                last.add(event);
                if (last.size() > OTHERS) {
                    Iterator<EventId> oldest = last.iterator();
                    oldest.next();
                    oldest.remove();
                }
                return;
            }
            long id = event.counted().getAsLong();
            if (latest == null || latest.isNear(id)) {
                latest = with(latest, id);
            } else if (id > latest.highest) {
                other = latest;
                latest = new Run(id);
            } else {
                other = with(other, id);
            }
        }

        private static Run with(@Nullable Run run, long id) {
            if (run == null || !run.isNear(id)) {
                return new Run(id);
            }
            run.add(id);
            return run;
        }
    }
}
