package io.botfsm.isolation;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A thread that waits for its turn and runs the tasks it is given. After it has left, a task runs on the thread that
 * submits it. Thread-safe.
 */
final class CallingThread implements Executor {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition given = lock.newCondition();
    private final Deque<Runnable> steps = new ArrayDeque<>();
    private boolean left;

    @Override
    public void execute(Runnable step) {
        if (!isGiven(step)) {
            step.run();
        }
    }

    private boolean isGiven(Runnable step) {
        lock.lock();
        try {
            if (left) {
                return false;
            }
            steps.add(step);
            given.signal();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Runs submitted tasks on the calling thread until the condition is met. */
    void runUntil(BooleanSupplier over) throws InterruptedException {
        while (!over.getAsBoolean()) {
            next().run();
        }
    }

    private Runnable next() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (steps.isEmpty()) {
                given.await();
            }
            return steps.remove();
        } finally {
            lock.unlock();
        }
    }

    /** Runs the tasks that were submitted, and accepts no more. */
    void leave() {
        Runnable step = nextUnlessLeft();
        while (step != null) {
            step.run();
            step = nextUnlessLeft();
        }
    }

    private @Nullable Runnable nextUnlessLeft() {
        lock.lock();
        try {
            left = steps.isEmpty();
            return steps.poll();
        } finally {
            lock.unlock();
        }
    }
}
