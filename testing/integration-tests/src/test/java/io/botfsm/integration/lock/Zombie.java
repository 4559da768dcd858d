package io.botfsm.integration.lock;

import io.botfsm.Fsm;
import io.botfsm.Turn;
import io.botfsm.lock.InstanceLock;
import io.botfsm.lock.Lease;
import io.botfsm.storage.FencedException;
import io.botfsm.storage.FencedStateStorage;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Outcome.Fenced;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A program that begins a handler for each user under its lease, lets all of them wait for a byte on its standard
 * input, and then writes in every way there is. Reports its progress and the results of the writes on its standard
 * output.
 */
final class Zombie {
    static final String LOCK = "zombie";
    static final String INSIDE = "all handlers are under way";

    private final Fsm fsm;
    private final StateStorage fenced;
    private final int users;
    private final CountDownLatch inside;
    private final CountDownLatch go = new CountDownLatch(1);
    private final AtomicInteger refused = new AtomicInteger();
    private final AtomicInteger written = new AtomicInteger();

    private Zombie(StateStorage storage, Lease lease, int users) {
        this.fsm = Fsm.of(storage).fencedBy(lease.fencingToken());
        this.fenced = new FencedStateStorage(storage, lease.fencingToken());
        this.users = users;
        this.inside = new CountDownLatch(users);
    }

    static StorageKey key(int user) {
        return StorageKey.bot("zombie").chat(user).user(user).build();
    }

    /** What it prints when every write was refused. */
    static String allRefused(int users) {
        return String.format(Locale.ROOT, "%d refused, 0 written", 4 * users);
    }

    /** Arguments: address of the server, TTL of the lease in ms, how many users. */
    public static void main(String[] arguments) throws Exception {
        int users = Integer.parseInt(arguments[2]);
        try (Backend backend = Backend.open(arguments[0]);
                InstanceLock lock = InstanceLock.builder(backend.leases(), LOCK)
                        .ttl(Duration.ofMillis(Long.parseLong(arguments[1])))
                        .build()) {
            new Zombie(backend.conversations(), lock.tryAcquire().orThrow(), users).run();
        }
    }

    private void run() throws Exception {
        for (int user = 0; user < users; user++) {
            fsm.handle(key(user), 1, turn -> turn.state("ALIVE").put("n", 1));
        }
        ExecutorService threads = Executors.newFixedThreadPool(users);
        List<Future<?>> handlers = new ArrayList<>();
        for (int user = 0; user < users; user++) {
            StorageKey key = key(user);
            handlers.add(threads.submit(() -> write(() -> fsm.handle(key, 2, this::waitAndChange))));
        }
        inside.await();
        System.out.println(INSIDE);
        awaitByte();
        go.countDown();
        for (Future<?> handler : handlers) {
            handler.get();
        }
        for (int user = 0; user < users; user++) {
            StorageKey key = key(user);
            write(() -> fsm.handle(key, 3, turn -> turn.state("UNDEAD")));
            write(() -> fsm.context(key).setState("UNDEAD"));
            Mutation raw = Mutation.builder().state("UNDEAD").build();
            count(fenced.write(key, raw).toCompletableFuture().join() instanceof Fenced);
        }
        threads.shutdownNow();
        System.out.printf(Locale.ROOT, "%d refused, %d written%n", refused.get(), written.get());
    }

    private Turn waitAndChange(Turn turn) {
        inside.countDown();
        try {
            go.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return turn.state("UNDEAD").put("n", 2);
    }

    private static void awaitByte() throws IOException {
        if (System.in.read() < 0) {
            Runtime.getRuntime().halt(1); // the one that started it has gone
        }
    }

    private void write(Runnable write) {
        try {
            write.run();
            count(false);
        } catch (FencedException e) {
            count(true);
        }
    }

    private void count(boolean wasRefused) {
        (wasRefused ? refused : written).incrementAndGet();
    }
}
