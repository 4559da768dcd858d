package io.botfsm.isolation;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A thread that waits for its turn, and runs what it is given. Once it has left, the thread that gives a task runs it.
 * Thread-safe.
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

    /** Runs what it is given, on the calling thread. */
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

    /** Runs what it was given, and takes no more. */
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
