package io.botfsm.isolation;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** How many more handlers there may be in total. Thread-safe. */
final class HandlerPermits {
    private final int limit;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition free = lock.newCondition();
    private final Condition empty = lock.newCondition();
    private int taken;
    private boolean closed;

    HandlerPermits(int limit) {
        this.limit = limit;
    }

    /**
     * Takes one, waiting for it if need be.
     *
     * @return whether there was one in time
     * @throws IsolationClosedException if none is given any more
     */
    boolean take(Duration timeout) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = timeout.toNanos();
            while (!closed && taken >= limit && left > 0) {
                left = free.awaitNanos(left);
            }
            if (closed) {
                throw new IsolationClosedException();
            }
            boolean room = taken < limit;
            taken += room ? 1 : 0;
            return room;
        } finally {
            lock.unlock();
        }
    }

    void giveBack() {
        lock.lock();
        try {
            taken--;
            free.signal();
            if (taken == 0) {
                empty.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Gives no more. */
    void close() {
        lock.lock();
        try {
            closed = true;
            free.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until all have been given back. */
    boolean awaitEmpty(Duration timeout) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = timeout.toNanos();
            while (taken > 0 && left > 0) {
                left = empty.awaitNanos(left);
            }
            return taken == 0;
        } finally {
            lock.unlock();
        }
    }

    int taken() {
        lock.lock();
        try {
            return taken;
        } finally {
            lock.unlock();
        }
    }
}
