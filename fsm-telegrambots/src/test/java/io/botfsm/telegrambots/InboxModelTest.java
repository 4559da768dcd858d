package io.botfsm.telegrambots;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.botfsm.Fsm;
import io.botfsm.memory.MemoryStateStorage;
import io.botfsm.storage.FsmException;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.inbox.InboxLimits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.telegram.telegrambots.meta.api.objects.Update;

/**
 * A model of Telegram, an inbox and instances that crash, with one step after another in random order. Handlers apply
 * their updates to conversations of a real storage, which forgets event ids that are far from later ones.
 */
class InboxModelTest {
    private static final int SEEDS = Boolean.getBoolean("botfsm.proof") ? 1_000 : 30;
    private static final int STEPS = 600;
    private static final int USERS = 3;
    /** Most updates belong to no conversation, and come between those of the users. */
    private static final int NOBODY = USERS;

    private static final int FORGOTTEN_AFTER = 256;
    private static final Duration MAX_AGE = Duration.ofDays(1);

    record Seen(List<Integer> updates) {
        Seen with(int update) {
            List<Integer> more = new ArrayList<>(updates);
            more.add(update);
            return new Seen(more);
        }
    }

    private final WatchedInbox storage = new WatchedInbox(new MemoryStateStorage());
    private final Fsm fsm = Fsm.of(storage);
    private final PollingSession.Builder settings = PollingSession.builder(BotToken.of("7:secret"));
    private final TreeMap<Long, ReceivedUpdate> telegram = new TreeMap<>();
    private final Map<Integer, List<Integer>> sent = new HashMap<>();
    private final List<PendingUpdate> handedOver = new ArrayList<>();
    private Random random = new Random(0);
    private long now;
    private int lastId = 1_000;
    private long token;
    private PendingUpdates updates = new PendingUpdates(InboxModelTest::keyOf, Duration.ZERO, Optional.of(MAX_AGE));
    private InboxSync inbox =
            new InboxSync(settings, storage, InboxLimits.defaults(), new ManualLease(), updates, failure -> {});

    static IntStream seeds() {
        return IntStream.range(0, SEEDS);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void eachIsAppliedOnceAndInOrder(int seed) {
        random = new Random(seed);
        settings.nanos = () -> now;
        begin();
        for (int step = 0; step < STEPS; step++) {
            step(random.nextInt(100));
        }
        storage.failing = false;
        storage.losesAnswers = false;
        for (int step = 0; !telegram.isEmpty() || storage.counts(7L).waiting() > 0; step++) {
            assertThat(step).as("steps until all is done").isLessThan(20_000);
            step(random.nextInt(80));
        }
        sent.forEach((user, all) -> assertThat(fsm.context(key(user))
                        .read()
                        .data(Seen.class)
                        .orElseGet(() -> new Seen(List.of()))
                        .updates())
                .as("of user %d", user)
                .isEqualTo(all));
    }

    private static StorageKey key(int user) {
        return StorageKey.bot(7).chat(user).user(user).build();
    }

    /** Begins a new instance. The storage works meanwhile, so that it learns the new token. */
    private void begin() {
        ManualLease lease = new ManualLease();
        lease.token = ++token;
        updates = new PendingUpdates(InboxModelTest::keyOf, Duration.ofSeconds(5), Optional.of(MAX_AGE));
        inbox = new InboxSync(settings, storage, InboxLimits.defaults().updates(40), lease, updates, failure -> {});
        handedOver.clear();
        storage.failing = false;
        storage.losesAnswers = false;
        inbox.readAll();
    }

    private static Optional<StorageKey> keyOf(Update update) {
        int user = Integer.parseInt(update.getPoll().getId());
        return user < NOBODY ? Optional.of(key(user)) : Optional.empty();
    }

    private void step(int kind) {
        now += TimeUnit.MILLISECONDS.toNanos(random.nextInt(300));
        if (kind < 20) {
            poll();
        } else if (kind < 40) {
            sync();
        } else if (kind < 75) {
            handedOver.addAll(updates.takeDue(now));
            if (!handedOver.isEmpty()) {
                handle(handedOver.remove(random.nextInt(handedOver.size())));
            }
        } else if (kind < 80) {
            handleAllOfNobody();
        } else if (kind < 92) {
            send(random.nextInt(USERS));
        } else if (kind < 95) {
            for (int i = 0; i <= FORGOTTEN_AFTER; i++) {
                send(NOBODY);
            }
        } else if (kind < 97) {
            storage.failing = random.nextBoolean();
            storage.losesAnswers = random.nextBoolean();
        } else {
            begin();
        }
    }

    private void send(int user) {
        ObjectNode json = JsonNodeFactory.instance.objectNode().put("update_id", ++lastId);
        json.putObject("poll").put("id", Integer.toString(user));
        telegram.put((long) lastId, ReceivedUpdate.of(json));
        if (user < NOBODY) {
            sent.computeIfAbsent(user, first -> new ArrayList<>()).add(lastId);
        }
    }

    private void poll() {
        OptionalLong offset = updates.offset();
        offset.ifPresent(lowest -> telegram.headMap(lowest).clear());
        updates.admit(
                offset, telegram.values().stream().limit(PendingUpdates.LIMIT).toList(), now);
    }

    private void sync() {
        try {
            inbox.bringUpToDate();
        } catch (FsmException e) {
            assertThat(storage.failing || storage.losesAnswers).isTrue();
        }
        assertThat(storage.counts(7L).waiting()).isLessThanOrEqualTo(40);
    }

    /** Handles all updates without a conversation that Telegram returns. */
    private void handleAllOfNobody() {
        OptionalLong before;
        do {
            before = updates.offset();
            poll();
            Optional<PendingUpdate> next = nextOfNobody();
            while (next.isPresent()) {
                handedOver.remove(next.get());
                handle(next.get());
                next = nextOfNobody();
            }
        } while (!updates.offset().equals(before));
    }

    private Optional<PendingUpdate> nextOfNobody() {
        handedOver.addAll(updates.takeDue(now));
        return handedOver.stream().filter(update -> user(update) == NOBODY).findFirst();
    }

    private static int user(PendingUpdate update) {
        return update.key().map(key -> Integer.parseInt(key.user())).orElse(NOBODY);
    }

    private void handle(PendingUpdate update) {
        assertThat(updates.begin(update, true, now)).isTrue();
        int user = user(update);
        if (user < NOBODY && random.nextInt(4) == 0) {
            updates.retryIn(update, now, Duration.ofMillis(random.nextInt(2_000)));
            return;
        }
        if (user < NOBODY) {
            int id = (int) update.id();
            var unused = fsm.<Boolean>handle(key(user), id, turn -> {
                turn.update(Seen.class, new Seen(List.of()), seen -> seen.with(id));
                return true;
            });
        }
        updates.handled(update, now);
    }
}
