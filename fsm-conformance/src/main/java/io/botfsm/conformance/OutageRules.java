package io.botfsm.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.FsmException;
import io.botfsm.StorageClosedException;
import io.botfsm.StorageKey;
import io.botfsm.StorageUnavailableException;
import io.botfsm.conformance.Conformance.CutsOff;
import io.botfsm.storage.Outcome;
import io.botfsm.storage.Outcome.Applied;
import io.botfsm.storage.Snapshot;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;

/** Rule 17: the backend is away. */
abstract class OutageRules extends Rules {
    private static final Duration CONFIGURED = Duration.ofMillis(500);
    private static final Duration RECOVERY = Duration.ofSeconds(2);

    private final Duration limit;

    OutageRules(StateStorageConformance suite) {
        super(suite);
        limit = CONFIGURED.plus(suite.margin());
    }

    private CutsOff backend() {
        return (CutsOff) suite;
    }

    @AfterEach
    void restore() {
        if (suite instanceof CutsOff backend) {
            backend.restore();
        }
    }

    private TestedStorage openConfigured() {
        return open(Optional.empty(), CONFIGURED);
    }

    private StorageUnavailableException unavailable(Answer<?> answer) {
        FsmException failure = answer.failure(limit);
        assertThat(failure).isInstanceOf(StorageUnavailableException.class);
        StorageUnavailableException typed = (StorageUnavailableException) failure;
        assertThat(answer.took(limit)).as("time of a failing call").isLessThan(limit);
        assertThat(typed.timeout()).as("the reported timeout").isPositive().isLessThanOrEqualTo(CONFIGURED);
        return typed;
    }

    @Requires(Need.CUTS_OFF)
    void rule17_readFailsInTimeAndTyped() {
        TestedStorage storage = openConfigured();
        StorageKey key = freshKey();
        storage.applied(key, change().state("A"));
        backend().cutOff();
        for (int i = 0; i < 2; i++) {
            StorageUnavailableException failure = unavailable(storage.reading(key));
            assertThat(failure.mayBeApplied()).as("a read may be applied").isFalse();
            assertThat(failure.key()).hasValue(key);
        }
    }

    @Requires(Need.CUTS_OFF)
    void rule17_writeFailsInTimeAndTyped() {
        TestedStorage storage = openConfigured();
        StorageKey key = freshKey();
        storage.applied(key, change().state("A"));
        backend().cutOff();
        for (int i = 0; i < 2; i++) {
            assertThat(unavailable(storage.writing(key, change().state("B"))).key())
                    .hasValue(key);
        }
    }

    @Requires(Need.CUTS_OFF)
    void rule17_neverUsedStorageFailsInTimeAndTyped() {
        TestedStorage storage = openConfigured();
        backend().cutOff();
        unavailable(storage.reading(freshKey()));
    }

    @Requires(Need.CUTS_OFF)
    void rule17_manyCallsFailInTime() {
        TestedStorage storage = openConfigured();
        StorageKey key = freshKey();
        storage.applied(key, change().state("A"));
        backend().cutOff();
        List<Answer<?>> answers = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            answers.add(storage.reading(key));
            answers.add(storage.writing(freshKey(), change().state("B")));
        }
        answers.forEach(this::unavailable);
    }

    @Requires(Need.CUTS_OFF)
    void rule17_callsReturnAtOnce() {
        TestedStorage storage = openConfigured();
        StorageKey key = freshKey();
        storage.applied(key, change().state("A"));
        backend().cutOff();
        long begun = System.nanoTime();
        List<Answer<?>> answers = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            answers.add(storage.writing(key, change().put("n" + i, "1")));
        }
        assertThat(Duration.ofNanos(System.nanoTime() - begun))
                .as("time to begin 20 calls")
                .isLessThan(limit);
        answers.forEach(this::unavailable);
    }

    @Requires(Need.CUTS_OFF)
    void rule17_worksAgainByItself() {
        TestedStorage storage = openConfigured();
        StorageKey key = freshKey();
        storage.applied(key, change().state("A").put("a", "1"));
        Snapshot before = storage.read(key);
        for (int outage = 0; outage < 2; outage++) {
            backend().cutOff();
            unavailable(storage.reading(key));
            unavailable(storage.reading(key));
            backend().restore();
            awaitRecovery(storage, key);
            assertThat(storage.read(key)).isEqualTo(before);
        }
        storage.applied(key, change().state("B").expectState("A"));
        assertThat(storage.read(key).state()).hasValue("B");
    }

    /** A call begun later than the time of recovery must succeed. */
    private void awaitRecovery(TestedStorage storage, StorageKey key) {
        long restored = System.nanoTime();
        while (true) {
            boolean last = System.nanoTime() - restored > RECOVERY.toNanos();
            Optional<FsmException> failure = storage.reading(key).failureOrNone(limit);
            if (failure.isEmpty()) {
                return;
            }
            if (last) {
                throw new AssertionError("not back " + RECOVERY + " after its backend was", failure.get());
            }
            Time.pause(Duration.ofMillis(10));
        }
    }

    @Requires(Need.CUTS_OFF)
    void rule17_deniedWriteNeverHappened() {
        tellsTheTruth(() -> backend().cutOff());
    }

    @Requires(Need.CUTS_OFF)
    void rule17_writeWithoutAnswerIsNotDenied() {
        tellsTheTruth(() -> backend().loseAnswers());
    }

    /** A write said not to have happened has not and never will; any other happens at most once. */
    private void tellsTheTruth(Runnable fault) {
        TestedStorage storage = openConfigured();
        List<Written> written = IntStream.range(0, 20)
                .mapToObj(i -> freshKey())
                .map(key -> new Written(
                        key, storage.applied(key, change().state("A")).version()))
                .toList();
        fault.run();
        List<Answer<?>> answers = new ArrayList<>();
        written.forEach(before -> answers.add(storage.writing(before.key, change().state("B"))));
        answers.forEach(this::unavailable);
        backend().restore();
        awaitRecovery(storage, written.get(0).key);
        boolean countsWrites = countsWrites();
        for (int look = 0; look < 3; look++) {
            for (int i = 0; i < answers.size(); i++) {
                Snapshot now = storage.read(written.get(i).key);
                boolean happened = now.state().equals(Optional.of("B"));
                if (!unavailable(answers.get(i)).mayBeApplied()) {
                    assertThat(happened).as("a denied write happened").isFalse();
                }
                if (countsWrites) {
                    assertThat(now.version())
                            .as("the version, one higher if the write happened")
                            .isEqualTo(written.get(i).version + (happened ? 1 : 0));
                }
            }
            Time.pause(suite.patience().dividedBy(100));
        }
    }

    private record Written(StorageKey key, long version) {}

    /** Whether the version rises by one with each write here, so that a second application would show. */
    private boolean countsWrites() {
        if (!Need.VERSION.isMetBy(suite)) {
            return false;
        }
        TestedStorage storage = open();
        StorageKey key = freshKey();
        return storage.applied(key, change().state("A")).version() + 1
                == storage.applied(key, change().state("B")).version();
    }

    @Requires(Need.CUTS_OFF)
    void rule17_acknowledgedWritesAreKept() {
        TestedStorage storage = openConfigured();
        StorageKey key = freshKey();
        Map<String, String> acknowledged = new HashMap<>();
        for (int i = 0; i < 60; i++) {
            if (i == 20) {
                backend().cutOff();
            } else if (i == 24) {
                backend().restore();
                awaitRecovery(storage, key);
            }
            String name = "n" + i;
            Answer<Outcome> answer = storage.writing(key, change().put(name, "" + i));
            if (answer.failureOrNone(limit).isEmpty()) {
                assertThat(answer.value(limit)).isInstanceOf(Applied.class);
                acknowledged.put(name, "" + i);
            } else {
                unavailable(answer);
            }
        }
        assertThat(acknowledged).hasSizeGreaterThanOrEqualTo(50);
        assertThat(storage.read(key).data()).containsAllEntriesOf(acknowledged);
    }

    @Requires(Need.CUTS_OFF)
    void rule17_closesWhileTheBackendIsAway() {
        TestedStorage storage = openConfigured();
        StorageKey key = freshKey();
        storage.applied(key, change().state("A"));
        backend().cutOff();
        Answer<Snapshot> pending = storage.reading(key);
        long begun = System.nanoTime();
        storage.close();
        assertThat(Duration.ofNanos(System.nanoTime() - begun))
                .as("time to close")
                .isLessThan(limit);
        assertThat(pending.failure(limit))
                .isInstanceOfAny(StorageUnavailableException.class, StorageClosedException.class);
        assertThat(storage.failureOfRead(key)).isInstanceOf(StorageClosedException.class);
    }
}
