package io.botfsm.conformance.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Runs threads that start together, and fails if one of them fails. Threads are reused. */
public final class Crowd {
    private static final ExecutorService THREADS = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "crowd");
        thread.setDaemon(true);
        return thread;
    });

    public interface Member {
        void act(int index) throws Exception;
    }

    private Crowd() {}

    public static void of(int size, Member member) {
        CyclicBarrier start = new CyclicBarrier(size);
        List<Future<?>> acts = new ArrayList<>();
        try {
            for (int i = 0; i < size; i++) {
                int index = i;
                acts.add(THREADS.submit(() -> {
                    start.await();
                    member.act(index);
                    return index;
                }));
            }
            for (Future<?> act : acts) {
                act.get(10, TimeUnit.MINUTES);
            }
        } catch (ExecutionException e) {
            throw new AssertionError("one of " + size + " threads failed: " + e.getCause(), e.getCause());
        } catch (InterruptedException | TimeoutException e) {
            throw new AssertionError(size + " threads were not done", e);
        } finally {
            acts.forEach(act -> act.cancel(true));
        }
    }
}
