package io.botfsm.isolation;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** The permits for the total number of handlers. Thread-safe. */
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
     * Takes a permit, waiting for it if necessary.
     *
     * @return whether a permit was available in time
     * @throws IsolationClosedException if the permits are closed
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

    /** Grants no more permits. */
    void close() {
        lock.lock();
        try {
            closed = true;
            free.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until all permits have been returned. */
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
