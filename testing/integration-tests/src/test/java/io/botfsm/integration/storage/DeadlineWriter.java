package io.botfsm.integration.storage;

import io.botfsm.redis.BotRedis;
import io.botfsm.redis.client.testing.Calls;
import io.botfsm.redis.jedis.JedisRedis;
import io.botfsm.redis.lettuce.LettuceRedis;
import io.botfsm.storage.FsmException;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.deadline.DeadlineQueue;
import io.botfsm.storage.deadline.DueConversation;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;

/**
 * Sets, moves, clears and defers deadlines in a process of its own. Prints {@link #READY} once it is connected, begins
 * when it reads something, and prints a line for each batch: how many writes succeeded and failed, and how many
 * conversations were deferred.
 */
final class DeadlineWriter {
    static final List<String> CLIENTS = List.of("lettuce", "jedis");
    static final String READY = "ready";
    static final Pattern BATCH = Pattern.compile("(\\d+) (\\d+) (\\d+)");
    static final Duration SHORT_LIFE = Duration.ofMillis(50);
    static final Duration HOUR = Duration.ofHours(1);

    static final int USERS = 400;
    private static final int AT_ONCE = 100;

    private final StateStorage storage;
    private final DeadlineQueue queue;
    private final Random random;
    private final Instant begun;

    private DeadlineWriter(StateStorage storage, Random random, Instant begun) {
        this.storage = storage;
        this.queue = storage.extension(DeadlineQueue.class).orElseThrow();
        this.random = random;
        this.begun = begun;
    }

    static StorageKey key(int user) {
        return StorageKey.bot(user % 2).chat(user).user(user).build();
    }

    /** Arguments: the address, the client, a seed, the number of writes, and what counts as now. */
    public static void main(String[] args) throws IOException {
        boolean isLettuce = args[1].equals(CLIENTS.get(0));
        Random random = new Random(2L * Integer.parseInt(args[2]) + (isLettuce ? 0 : 1));
        try (BotRedis redis = isLettuce ? LettuceRedis.connect(args[0]) : JedisRedis.connect(args[0])) {
            DeadlineWriter writer = new DeadlineWriter(redis.stateStorage(), random, Instant.parse(args[4]));
            System.out.println(READY);
            int go = System.in.read();
            if (go < 0) {
                throw new IllegalStateException("the test has ended");
            }
            for (int left = Integer.parseInt(args[3]); left > 0; left -= AT_ONCE) {
                System.out.println(writer.batch());
            }
        }
    }

    private String batch() {
        List<CompletableFuture<?>> writes = new ArrayList<>();
        for (int i = 0; i < AT_ONCE; i++) {
            writes.add(storage.write(key(random.nextInt(USERS)), change()).toCompletableFuture());
        }
        long done = writes.stream().filter(Calls::succeeds).count();
        int deferred = random.nextInt(4) == 0 ? defer() : 0;
        return done + " " + (AT_ONCE - done) + " " + deferred;
    }

    private int defer() {
        int deferred = 0;
        try {
            for (DueConversation due : queue.due(random.nextInt(2), 5)) {
                deferred += queue.defer(due, Instant.now().plus(HOUR)) ? 1 : 0;
            }
        } catch (FsmException e) {
            // the server is down
        }
        return deferred;
    }

    /** A change with a deadline an hour away or more, so that what is due does not depend on how long this takes. */
    private Mutation change() {
        Duration distance = HOUR.plusMinutes(random.nextInt(60));
        Instant far = random.nextBoolean()
                ? begun.minus(distance)
                : begun.plus(distance).plus(Duration.ofDays(1));
        return switch (random.nextInt(8)) {
            case 0 -> Mutation.builder().clearState().replaceData(Map.of()).build();
            case 1 -> Mutation.builder().clearDeadline().build();
            case 2 ->
                Mutation.builder().state("B").eventId(random.nextInt(1_000)).build();
            case 3 ->
                Mutation.builder().state("C").deadline(far).ttl(SHORT_LIFE).build();
            case 4 -> Mutation.builder().deadline(far).expectState("A").build();
            default -> Mutation.builder().state("A").deadline(far).build();
        };
    }
}
