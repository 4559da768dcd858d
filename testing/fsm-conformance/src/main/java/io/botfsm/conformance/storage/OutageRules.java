package io.botfsm.conformance.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.conformance.Conformance.CutsOff;
import io.botfsm.conformance.Need;
import io.botfsm.conformance.Requires;
import io.botfsm.conformance.internal.BackendTime;
import io.botfsm.conformance.internal.TimedResult;
import io.botfsm.storage.FsmException;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Outcome;
import io.botfsm.storage.Outcome.Applied;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StateStorage.Capability;
import io.botfsm.storage.StorageClosedException;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.StorageUnavailableException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;

/** Rule 17: the backend is unavailable. */
abstract class OutageRules extends StorageRules {
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

    private StorageUnavailableException unavailable(TimedResult<?> answer) {
        FsmException failure = answer.failure(limit);
        assertThat(failure).isInstanceOf(StorageUnavailableException.class);
        StorageUnavailableException typed = (StorageUnavailableException) failure;
        assertThat(answer.took(limit)).as("time of a failing call").isLessThan(limit);
        assertThat(typed.timeout()).as("the timeout reported").isPositive().isLessThanOrEqualTo(CONFIGURED);
        return typed;
    }

    @Requires(Need.CUTS_OFF)
    void rule17_readFailsInTimeAndTyped() {
        TestedStorage storage = openConfigured();
        StorageKey key = freshKey();
        applied(storage, key, change().state("A"));
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
        applied(storage, key, change().state("A"));
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
        applied(storage, key, change().state("A"));
        backend().cutOff();
        List<TimedResult<?>> answers = new ArrayList<>();
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
        applied(storage, key, change().state("A"));
        backend().cutOff();
        long begun = System.nanoTime();
        List<TimedResult<?>> answers = new ArrayList<>();
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
        applied(storage, key, change().state("A").put("a", "1"));
        Snapshot before = read(storage, key);
        for (int outage = 0; outage < 2; outage++) {
            backend().cutOff();
            unavailable(storage.reading(key));
            unavailable(storage.reading(key));
            backend().restore();
            read(storage, key);
            assertThat(read(storage, key)).isEqualTo(before);
        }
        applied(storage, key, change().state("B"));
        assertThat(read(storage, key).state()).hasValue("B");
    }

    /** A call begun later than the time of recovery must succeed. */
    private <T> T answered(Supplier<TimedResult<T>> call) {
        return TimedResult.eventually(call, RECOVERY, limit);
    }

    private Applied applied(TestedStorage storage, StorageKey key, Mutation.Builder change) {
        Outcome outcome = answered(() -> storage.writing(key, change));
        assertThat(outcome).isInstanceOf(Applied.class);
        return (Applied) outcome;
    }

    private Snapshot read(TestedStorage storage, StorageKey key) {
        return answered(() -> storage.reading(key));
    }

    @Requires(Need.CUTS_OFF)
    void rule17_deniedWriteNeverHappened() {
        tellsTheTruth(() -> backend().cutOff());
    }

    @Requires(Need.CUTS_OFF)
    void rule17_writeWithoutAnswerIsNotDenied() {
        tellsTheTruth(() -> backend().loseAnswers());
    }

    /** A write that is reported as not applied never happens; any other happens at most once. */
    private void tellsTheTruth(Runnable fault) {
        TestedStorage storage = openConfigured();
        List<Written> written = IntStream.range(0, 20)
                .mapToObj(i -> freshKey())
                .map(key -> new Written(
                        key, applied(storage, key, change().state("A")).version()))
                .toList();
        fault.run();
        List<TimedResult<?>> answers = new ArrayList<>();
        written.forEach(before -> answers.add(storage.writing(before.key, change().state("B"))));
        answers.forEach(this::unavailable);
        backend().restore();
        read(storage, written.get(0).key);
        boolean countsWrites = countsWrites();
        for (int look = 0; look < 3; look++) {
            for (int i = 0; i < answers.size(); i++) {
                Snapshot now = read(storage, written.get(i).key);
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
            BackendTime.pause(suite.timeout().dividedBy(100));
        }
    }

    private record Written(StorageKey key, long version) {}

    /** Whether the version rises by one with each write here, so that a second application would show. */
    private boolean countsWrites() {
        if (!suite.capabilities().contains(Capability.VERSION)) {
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
                read(storage, key);
            }
            String name = "n" + i;
            TimedResult<Outcome> answer = storage.writing(key, change().put(name, "" + i));
            if (answer.failureOrNone(limit).isEmpty()) {
                assertThat(answer.value(limit)).isInstanceOf(Applied.class);
                acknowledged.put(name, "" + i);
            } else {
                unavailable(answer);
            }
        }
        assertThat(acknowledged).hasSizeGreaterThanOrEqualTo(50);
        assertThat(read(storage, key).data()).containsAllEntriesOf(acknowledged);
    }

    @Requires(Need.CUTS_OFF)
    void rule17_closesWhileTheBackendIsUnavailable() {
        TestedStorage storage = openConfigured();
        StorageKey key = freshKey();
        applied(storage, key, change().state("A"));
        backend().cutOff();
        TimedResult<Snapshot> pending = storage.reading(key);
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
