package io.botfsm.integration.storage;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.botfsm.redis.BotRedis;
import io.botfsm.redis.jedis.JedisRedis;
import io.botfsm.redis.lettuce.LettuceRedis;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.StorageUnavailableException;
import io.botfsm.storage.inbox.DeadUpdate;
import io.botfsm.storage.inbox.InboxLimits;
import io.botfsm.storage.inbox.InboxUpdate;
import io.botfsm.storage.inbox.UpdateInbox;
import io.botfsm.storage.inbox.WaitingUpdate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * Uses the inbox of a bot in a process of its own, repeats each call until it is answered, and compares the inbox with
 * a list after each. Prints {@link #READY}, and {@link #BATCH} for every hundred calls; fails at the first difference.
 */
final class InboxModel {
    static final List<String> CLIENTS = List.of("lettuce", "jedis");

    /** Calls, and those of them that were repeated. */
    static final Pattern BATCH = Pattern.compile("(\\d+) (\\d+)");

    /** Printed when it is connected. */
    static final String READY = "ready";

    private static final int CALLS_A_BATCH = 100;
    private static final InboxLimits LIMITS = InboxLimits.defaults().updates(40).deadLetters(5);
    private static final Duration PAUSE = Duration.ofMillis(20);

    private final UpdateInbox inbox;
    private final String bot;
    private final Random random;
    private final List<InboxUpdate> waiting = new ArrayList<>();
    private final List<InboxUpdate> dead = new ArrayList<>();
    private int last;
    private int repeated;

    private InboxModel(UpdateInbox inbox, String bot, Random random) {
        this.inbox = inbox;
        this.bot = bot;
        this.random = random;
    }

    /** Arguments: the address, the client, and the number of calls. */
    public static void main(String[] args) {
        boolean isLettuce = args[1].equals(CLIENTS.get(0));
        try (BotRedis redis = isLettuce ? LettuceRedis.connect(args[0]) : JedisRedis.connect(args[0])) {
            UpdateInbox inbox =
                    redis.stateStorage().extension(UpdateInbox.class).orElseThrow();
            InboxModel model = new InboxModel(inbox, args[1], new Random(7));
            System.out.println(READY);
            for (int left = Integer.parseInt(args[2]); left > 0; left -= CALLS_A_BATCH) {
                System.out.println(model.batch());
            }
        }
    }

    private String batch() {
        repeated = 0;
        for (int i = 0; i < CALLS_A_BATCH; i++) {
            call();
            requireSame(
                    "what waits",
                    waiting,
                    answered(() -> inbox.waiting(bot, 0, 100)).stream()
                            .map(WaitingUpdate::update)
                            .toList());
            requireSame(
                    "dead letters",
                    dead,
                    letters().stream().map(DeadUpdate::update).toList());
        }
        return CALLS_A_BATCH + " " + repeated;
    }

    private List<DeadUpdate> letters() {
        return answered(() -> inbox.dead(bot, 0, 100));
    }

    private static void requireSame(String what, List<InboxUpdate> expected, List<InboxUpdate> found) {
        if (!found.equals(expected)) {
            throw new IllegalStateException(
                    String.format(Locale.ROOT, "%s: expected %s, found %s", what, expected, found));
        }
    }

    private void call() {
        switch (random.nextInt(8)) {
            case 0, 1, 2 -> add();
            case 3, 4 -> remove();
            case 5, 6 -> bury();
            default -> replayOrDrop();
        }
    }

    private void add() {
        List<InboxUpdate> updates = new ArrayList<>();
        for (int i = random.nextInt(5); i >= 0; i--) {
            StorageKey key = StorageKey.bot(bot).chat(last % 7).user(last % 7).build();
            updates.add(InboxUpdate.of("" + last, Optional.of(key), ("content " + last).getBytes(UTF_8)));
            last++;
        }
        boolean hasRoom = waiting.size() + updates.size() <= LIMITS.updates();
        if (answered(() -> inbox.add(bot, updates, LIMITS, OptionalLong.of(1))) != hasRoom) {
            throw new IllegalStateException("room for " + updates.size() + " beside " + waiting.size());
        }
        waiting.addAll(hasRoom ? updates : List.of());
    }

    private void remove() {
        List<InboxUpdate> some =
                waiting.stream().filter(update -> random.nextInt(4) == 0).toList();
        answered(() -> {
            inbox.remove(bot, some, OptionalLong.of(1));
            return some;
        });
        waiting.removeAll(some);
    }

    private void bury() {
        if (waiting.isEmpty()) {
            return;
        }
        InboxUpdate update = waiting.remove(random.nextInt(waiting.size()));
        answered(() -> {
            inbox.bury(bot, update, "too late", LIMITS, OptionalLong.of(1));
            return update;
        });
        dead.add(update);
        if (dead.size() > LIMITS.deadLetters()) {
            dead.remove(0);
        }
    }

    private void replayOrDrop() {
        if (dead.isEmpty()) {
            return;
        }
        DeadUpdate letter = letters().get(random.nextInt(dead.size()));
        boolean isReplayed = random.nextBoolean();
        answered(() -> isReplayed ? inbox.replay(bot, letter.position()) : inbox.drop(bot, letter.position()));
        dead.remove(letter.update());
        if (isReplayed) {
            waiting.add(letter.update());
        }
    }

    private <T> T answered(Supplier<T> call) {
        while (true) {
            try {
                return call.get();
            } catch (StorageUnavailableException e) {
                repeated++;
                LockSupport.parkNanos(PAUSE.toNanos());
            }
        }
    }
}
