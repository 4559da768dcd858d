package io.botfsm.lifecycle;

import io.botfsm.lock.AcquireResult;
import io.botfsm.lock.InstanceLock;
import io.botfsm.lock.store.LockHolder;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A lock that a test controls: each attempt gets the next prepared answer. If there is none, {@link #tryAcquire} finds
 * another instance active, and {@link #acquire} waits for one.
 */
final class ManualLock implements InstanceLock {
    static final LockHolder ANOTHER =
            new LockHolder("another", "host-b", 4711, Instant.parse("2026-01-02T03:04:05Z"), Duration.ofSeconds(23));

    private final Consumer<String> journal;
    private final BlockingQueue<Supplier<AcquireResult>> answers = new LinkedBlockingQueue<>();
    private final AtomicLong tokens = new AtomicLong();

    ManualLock(Consumer<String> journal) {
        this.journal = journal;
    }

    /** Lets the next attempt acquire the lock. */
    ManualLease grant() {
        ManualLease lease = new ManualLease(tokens.incrementAndGet(), journal);
        answers.add(() -> new AcquireResult.Acquired(lease));
        return lease;
    }

    /** Lets the next attempt find another instance active. */
    void refuse() {
        refuse(ANOTHER);
    }

    void refuse(LockHolder holder) {
        answers.add(() -> new AcquireResult.HeldBy(holder));
    }

    void answer(Supplier<AcquireResult> answer) {
        answers.add(answer);
    }

    @Override
    public AcquireResult tryAcquire() {
        @Nullable Supplier<AcquireResult> answer = answers.poll();
        journal.accept("try");
        return answer == null ? new AcquireResult.HeldBy(ANOTHER) : answer.get();
    }

    @Override
    public AcquireResult acquire(Duration timeout) throws InterruptedException {
        journal.accept("stand by");
        return Objects.requireNonNull(answers.poll(timeout.toSeconds(), TimeUnit.SECONDS))
                .get();
    }

    @Override
    public Optional<LockHolder> holder() {
        return Optional.empty();
    }

    @Override
    public void forceRelease() {}

    @Override
    public void close() {
        journal.accept("close lock");
    }
}
