package io.botfsm.benchmarks;

import io.botfsm.Handled;
import io.botfsm.Turn;
import io.botfsm.benchmarks.Conversations.Onboarding;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;

/**
 * One update of one of 10,000 users: read state and data, then move to another state and change one of five entries.
 * Ours does it as one {@code handle} with a typed state, a typed value, version, event id and retry; the plain driver
 * as {@code HGETALL} and {@code HSET}, as would an application that accepts lost updates.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class HandleBenchmark {
    private static final Conversations CONVERSATIONS = Conversations.SHARED;
    private static final int BATCH = 1_000;
    private static final int IN_FLIGHT = 64;

    /** Ours, blocking. */
    @Benchmark
    public Handled<Integer> handle() {
        return CONVERSATIONS.fsm.handle(CONVERSATIONS.anyKey(), CONVERSATIONS.nextEvent(), HandleBenchmark::step);
    }

    /** Lettuce, blocking. */
    @Benchmark
    public Long plain() {
        String key = CONVERSATIONS.anyPlainKey();
        return CONVERSATIONS
                .plain
                .sync()
                .hset(key, changed(CONVERSATIONS.plain.sync().hgetall(key)));
    }

    /** Ours, asynchronous: one thread keeps {@value #IN_FLIGHT} updates in flight. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public void handleAsync() throws InterruptedException {
        inFlight(() -> CONVERSATIONS.fsm.handleAsync(
                CONVERSATIONS.anyKey(), CONVERSATIONS.nextEvent(), HandleBenchmark::step));
    }

    /** Lettuce, asynchronous: one thread keeps {@value #IN_FLIGHT} updates in flight. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public void plainAsync() throws InterruptedException {
        inFlight(() -> {
            String key = CONVERSATIONS.anyPlainKey();
            return CONVERSATIONS
                    .plain
                    .async()
                    .hgetall(key)
                    .thenCompose(read -> CONVERSATIONS.plain.async().hset(key, changed(read)));
        });
    }

    static Integer step(Turn turn) {
        Onboarding next =
                turn.state(Onboarding.class).orElseThrow() == Onboarding.CITY ? Onboarding.INTERESTS : Onboarding.CITY;
        int step = turn.value("step", Integer.class).orElseThrow() + 1;
        turn.put("step", step).state(next);
        return step;
    }

    static Map<String, String> changed(Map<String, String> read) {
        String next = "Onboarding:CITY".equals(read.get("state")) ? "Onboarding:INTERESTS" : "Onboarding:CITY";
        return Map.of("state", next, "step", Integer.toString(Integer.parseInt(read.get("step")) + 1));
    }

    private static void inFlight(Supplier<CompletionStage<?>> update) throws InterruptedException {
        Semaphore room = new Semaphore(IN_FLIGHT);
        CompletableFuture<Void> failed = new CompletableFuture<>();
        for (int i = 0; i < BATCH; i++) {
            room.acquire();
            update.get().whenComplete((done, failure) -> {
                if (failure != null) {
                    failed.completeExceptionally(failure);
                }
                room.release();
            });
        }
        room.acquire(IN_FLIGHT);
        failed.complete(null);
        failed.join();
    }
}
