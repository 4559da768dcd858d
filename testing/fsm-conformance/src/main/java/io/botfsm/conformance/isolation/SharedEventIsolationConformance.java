package io.botfsm.conformance.isolation;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.isolation.ConversationHeldException;
import io.botfsm.isolation.ConversationLease;
import io.botfsm.isolation.EventIsolation;
import io.botfsm.isolation.IsolationUnavailableException;
import io.botfsm.lock.store.LeaseRequest;
import io.botfsm.storage.FencedException;
import io.botfsm.storage.StorageKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Checks an {@link EventIsolation} that works across processes against the rules E01 to E21. Every isolation that a
 * test class opens acts as a separate process; all of them isolate the same conversations.
 */
public abstract class SharedEventIsolationConformance extends EventIsolationConformance {
    private static final Duration SHORT = Duration.ofSeconds(1);

    /** For the extending class. */
    protected SharedEventIsolationConformance() {}

    /** Frees a conversation, whichever process holds it, without notifying that process. */
    protected abstract void takeAway(StorageKey key) throws Exception;

    /** Cuts off everything that is open from the shared backend. */
    protected abstract void cutOff();

    /** Ends the effect of {@link #cutOff}. */
    protected abstract void restore();

    @Test
    void ruleE13_oneAtATimeAcrossProcesses() {
        EventIsolation one = opened(Settings.USUAL);
        EventIsolation two = opened(Settings.USUAL);
        StorageKey key = freshKey();
        AtomicInteger alone = new AtomicInteger();
        AtomicBoolean together = new AtomicBoolean();
        ConcurrentLinkedQueue<Integer> ofOne = new ConcurrentLinkedQueue<>();
        ConcurrentLinkedQueue<Integer> ofTwo = new ConcurrentLinkedQueue<>();
        List<CompletionStage<Boolean>> stages = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            int number = i;
            for (boolean first : new boolean[] {true, false}) {
                stages.add((first ? one : two).submit(key, () -> {
                    together.compareAndSet(false, alone.incrementAndGet() > 1);
                    if (number == 0) {
                        awaitCompany(alone);
                    }
                    stay();
                    alone.decrementAndGet();
                    return (first ? ofOne : ofTwo).add(number);
                }));
            }
        }
        stages.forEach(this::get);
        assertThat(together)
                .as("two processes handled one conversation at once")
                .isFalse();
        assertThat(ofOne)
                .containsExactlyElementsOf(IntStream.range(0, 40).boxed().toList());
        assertThat(ofTwo).containsExactlyElementsOf(ofOne);
    }

    /** Waits half a second for another handler to intrude, if it can. */
    private static void awaitCompany(AtomicInteger inside) {
        long end = System.nanoTime() + Duration.ofMillis(500).toNanos();
        while (inside.get() < 2 && System.nanoTime() - end < 0) {
            stay();
        }
    }

    @Test
    void ruleE14_tokensRiseFromProcessToProcess() {
        EventIsolation one = opened(Settings.USUAL);
        EventIsolation two = opened(Settings.USUAL);
        StorageKey key = freshKey();
        List<Long> tokens = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            tokens.add(get((i % 2 == 0 ? one : two)
                    .submit(key, lease -> lease.fencingToken().orElseThrow())));
        }
        assertThat(tokens).isSorted().doesNotHaveDuplicates();
        assertThat(tokens.get(0)).isPositive();
    }

    @Test
    void ruleE15_renewedWhileTheHandlerRuns() {
        EventIsolation one = opened(Settings.USUAL.withLeases(SHORT, LONG));
        EventIsolation two = opened(Settings.USUAL.withLeases(SHORT, LONG));
        StorageKey key = freshKey();
        CountDownLatch begun = new CountDownLatch(1);
        AtomicBoolean running = new AtomicBoolean();
        CompletionStage<Boolean> slow = one.submit(key, lease -> {
            running.set(true);
            begun.countDown();
            boolean held = true;
            long start = System.nanoTime();
            while (System.nanoTime() - start < 5 * SHORT.toNanos() / 2) {
                held &= lease.isHeld();
                Thread.sleep(1);
            }
            running.set(false);
            return held;
        });
        await(begun);
        assertThat(get(two.submit(key, () -> running.get())))
                .as("ran beside it")
                .isFalse();
        assertThat(get(slow)).as("held all the time").isTrue();
    }

    @Test
    void ruleE16_patienceEnds() {
        EventIsolation one = opened(Settings.USUAL);
        EventIsolation two = opened(Settings.USUAL.withLeases(LONG, Duration.ofMillis(100)));
        StorageKey key = freshKey();
        CountDownLatch gate = gate();
        CompletionStage<String> first = occupy(one, key, gate);
        AtomicBoolean ran = new AtomicBoolean();
        List<String> owners = new ArrayList<>();
        List<CompletionStage<Boolean>> inVain = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            inVain.add(two.submit(key, () -> ran.compareAndSet(false, true)));
        }
        for (CompletionStage<Boolean> stage : inVain) {
            assertThat(failure(stage)).isInstanceOfSatisfying(ConversationHeldException.class, e -> {
                assertThat(e.key()).isEqualTo(key);
                owners.add(e.ownerId());
            });
        }
        assertThat(owners).doesNotContain("").containsOnly(owners.get(0));
        assertThat(get(two.submit(freshKey(), () -> "other"))).isEqualTo("other");
        gate.countDown();
        get(first);
        assertThat(ran).isFalse();
        await("it is free", () -> get(two.submit(key, () -> "now").handle((value, failure) -> failure == null)));
    }

    @Test
    void ruleE17_releasedAtOnce() throws Exception {
        EventIsolation one = opened(Settings.USUAL);
        EventIsolation two = opened(Settings.USUAL);
        for (int i = 0; i < 10; i++) {
            StorageKey key = freshKey();
            CountDownLatch gate = gate();
            CompletionStage<String> first = occupy(one, key, gate);
            CompletionStage<String> next = two.submit(key, () -> "next");
            // Varies how far the handler has got: a release between its check and its wait must not be missed.
            Thread.sleep(5L * i);
            gate.countDown();
            get(first);
            assertThat(get(next)).isEqualTo("next");
        }
        assertThat(one.drain(timeout())).isTrue();
        assertThat(two.drain(timeout())).isTrue();
    }

    @Test
    void ruleE18_nobodyStarves() {
        EventIsolation one = opened(Settings.USUAL);
        EventIsolation two = opened(Settings.USUAL);
        StorageKey key = freshKey();
        AtomicBoolean served = new AtomicBoolean();
        CountDownLatch begun = new CountDownLatch(1);
        CompletableFuture<Void> ended = new CompletableFuture<>();
        for (int i = 0; i < 3; i++) { // there is always one waiting
            goOn(one, key, served, begun, ended);
        }
        await(begun);
        get(two.submit(key, () -> {
            served.set(true);
            return "served";
        }));
        get(ended);
    }

    private void goOn(
            EventIsolation one,
            StorageKey key,
            AtomicBoolean served,
            CountDownLatch begun,
            CompletableFuture<Void> ended) {
        var unused = one.submit(key, () -> {
            begun.countDown();
            stay();
            if (served.get()) {
                ended.complete(null);
            } else {
                goOn(one, key, served, begun, ended);
            }
            return "";
        });
    }

    @Test
    void ruleE19_lossIsReportedOnce() throws Exception {
        EventIsolation one = opened(Settings.USUAL.withLeases(SHORT, LONG));
        StorageKey key = freshKey();
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch lost = new CountDownLatch(1);
        AtomicInteger notified = new AtomicInteger();
        AtomicInteger late = new AtomicInteger();
        CompletionStage<ConversationLease> handler = one.submit(key, lease -> {
            lease.onLost(() -> {
                throw new IllegalStateException("an action with a bug");
            });
            lease.onLost(() -> {
                notified.incrementAndGet();
                lost.countDown();
            });
            begun.countDown();
            await(lost);
            assertThat(lease.isHeld()).isFalse();
            lease.onLost(late::incrementAndGet);
            await("notified late", () -> late.get() == 1);
            return lease;
        });
        await(begun);
        takeAway(key);
        assertThat(get(handler).isHeld()).isFalse();
        CompletionStage<Boolean> next = one.submit(key, lease -> lease.isHeld());
        assertThat(get(next)).isTrue();
        assertThat(notified).hasValue(1);
        assertThat(late).hasValue(1);
    }

    @Test
    void ruleE21_refusedTokenIsLearnt() {
        for (boolean thrown : new boolean[] {true, false}) {
            EventIsolation one = opened(Settings.USUAL);
            EventIsolation two = opened(Settings.USUAL);
            StorageKey key = freshKey();
            AtomicLong seen = new AtomicLong();
            CompletionStage<Object> refused = one.submit(key, lease -> {
                long token = lease.fencingToken().orElseThrow();
                seen.set(token + (1L << 40));
                if (thrown) {
                    throw new IllegalStateException("wraps it", new FencedException(key, token, seen.get()));
                }
                lease.fenced(seen.get());
                throw new IllegalStateException("has said so");
            });
            assertThat(failure(refused)).isInstanceOf(IllegalStateException.class);
            assertThat(token(two, key)).as("through another process").isGreaterThan(seen.get());
            assertThat(token(one, key)).isGreaterThan(seen.get());
        }
    }

    @Test
    void ruleE21_implausibleTokenIsNotLearnt() {
        EventIsolation one = opened(Settings.USUAL);
        StorageKey key = freshKey();
        long before = token(one, key);
        assertThat(failure(one.submit(key, lease -> {
                    throw new FencedException(key, before, LeaseRequest.MAX_FENCING_TOKEN);
                })))
                .isInstanceOf(FencedException.class);
        assertThat(token(one, key)).isBetween(before, before + (1L << 40)); // possibly under the same lease
    }

    private long token(EventIsolation isolation, StorageKey key) {
        return get(isolation.submit(key, lease -> lease.fencingToken().orElseThrow()));
    }

    @Test
    void ruleE20_notIsolatedIsNotRun() {
        EventIsolation one = opened(Settings.USUAL.withLeases(Duration.ofSeconds(6), LONG));
        StorageKey key = freshKey();
        AtomicBoolean ran = new AtomicBoolean();
        assertThat(get(one.submit(freshKey(), () -> "before"))).isEqualTo("before");
        cutOff(); // not the conversation used before, whose lease may still be held and reused
        try {
            assertThat(failure(one.submit(key, () -> ran.compareAndSet(false, true))))
                    .isInstanceOfSatisfying(
                            IsolationUnavailableException.class,
                            e -> assertThat(e.key()).isEqualTo(key));
        } finally {
            restore();
        }
        await("it works again", () -> get(one.submit(key, () -> "after").handle((value, failure) -> failure == null)));
        assertThat(ran).isFalse();
    }
}
