package io.botfsm.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.botfsm.recovery.RecoveringStateStorage.OnFailure;
import io.botfsm.storage.FsmException;
import io.botfsm.storage.Outcome;
import io.botfsm.storage.Outcome.Applied;
import io.botfsm.storage.Outcome.Conflict;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StorageUnavailableException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A source that fails in every possible way. */
class RecoveryFailureTest extends RecoveryTest {
    private enum Fault {
        THROWS(IllegalStateException.class),
        FAILS(SQLException.class),
        ANSWERS_NULL(NullPointerException.class),
        HAS_NO_STAGE(NullPointerException.class),
        NEVER_ANSWERS(TimeoutException.class),
        KNOWS_WHAT_CANNOT_BE(IllegalArgumentException.class);

        private final Class<? extends Throwable> cause;

        Fault(Class<? extends Throwable> cause) {
            this.cause = cause;
        }

        private CompletionStage<Optional<RecoveredConversation>> answer() {
            return switch (this) {
                case THROWS -> throw new IllegalStateException("secret");
                case FAILS -> CompletableFuture.failedFuture(new SQLException("secret"));
                case ANSWERS_NULL -> CompletableFuture.completedFuture(null);
                case HAS_NO_STAGE -> null;
                case NEVER_ANSWERS -> new CompletableFuture<>();
                case KNOWS_WHAT_CANNOT_BE ->
                    CompletableFuture.completedFuture(
                            Optional.of(RecoveredConversation.of(Optional.of("half \ud83d"), Map.of())));
            };
        }

        RecoveringStateStorage.Builder over(MapStorage storage) {
            StateRecovery faulty = new StateRecovery() {
                @Override
                public CompletionStage<Optional<RecoveredConversation>> recover(io.botfsm.storage.StorageKey key) {
                    return answer();
                }

                @Override
                public CompletionStage<Void> cleared(io.botfsm.storage.StorageKey key, long version) {
                    return CompletableFuture.completedFuture(null);
                }
            };
            return RecoveringStateStorage.builder(storage, faulty).timeout(Duration.ofMillis(300));
        }
    }

    @ParameterizedTest
    @EnumSource
    void isATypedErrorAndNeverAnEmptyState(Fault fault) {
        use(fault.over(storage));

        for (int i = 0; i < 2; i++) {
            RecoveryFailedException failure = failure(recovering.read(KEY));
            assertThat(failure.key()).isEqualTo(KEY);
            assertThat(failure.mayBeApplied()).isFalse();
            assertThat(failure).hasCauseInstanceOf(fault.cause).hasMessageNotContaining("secret");
        }
        failure(recovering.write(KEY, change().put("a", "1").build()));
        assertThat(recovering.counts().failures()).isEqualTo(3);
        assertThat(storage.writes).hasValue(0);
        write(storage, change().state("A"));
        assertThat(read().state()).hasValue("A");
    }

    @ParameterizedTest
    @EnumSource
    void countsAsMissingByChoice(Fault fault) {
        use(fault.over(storage).onFailure(OnFailure.TREAT_AS_MISSING));

        assertThat(read()).isEqualTo(Snapshot.none());
        assertThat(read()).isEqualTo(Snapshot.none());
        assertThat(recovering.counts().failures()).isOne();
        assertThat(write(change().put("a", "1"))).isInstanceOf(Applied.class);
    }

    @Test
    void aConversationThatWasLostWhileItWasWrittenIsNotTakenForNew() {
        write(storage, change().state("A"));
        source.failure = Optional.of(new IllegalStateException("down"));

        failure(recovering
                .write(KEY, change().expectVersion(7).state("B").build())
                .thenCompose(outcome -> {
                    assertThat(outcome).isInstanceOf(Conflict.class);
                    storage.forget();
                    return recovering.write(
                            KEY, change().expectVersion(7).state("B").build());
                }));
    }

    @Test
    void aClearThatCannotBeToldSaysThatItIsApplied() {
        write(change().state("A"));
        source.failure = Optional.of(new IllegalStateException("down"));
        RecoveryFailedException failure =
                failure(recovering.write(KEY, clear().eventId(1).build()));

        assertThat(failure.mayBeApplied()).isTrue();
        assertThat(failure).hasMessage(KEY + ": cleared, but the second source was not notified");
        assertThat(answer(storage.read(KEY)).state()).isEmpty();
        assertThat(failure(recovering.read(KEY)).mayBeApplied()).isFalse();

        source.failure = Optional.empty();
        read();
        assertThat(source.cleared).hasSize(1);
    }

    @Test
    void aClearWithoutTraceThatCannotBeReportedIsReportedWhenItIsTriedAgain() {
        source.knowing(KEY, ALICE);
        read();
        source.failure = Optional.of(new IllegalStateException("down"));
        assertThat(failure(recovering.write(KEY, clear().build())).mayBeApplied())
                .isTrue();
        source.failure = Optional.empty();
        write(clear());

        assertThat(source.known).isEmpty();
        assertThat(read()).isEqualTo(Snapshot.none());
    }

    @Test
    void aClearThatCannotBeReportedSucceedsByChoiceAndIsReportedLater() {
        use(settings().onFailure(OnFailure.TREAT_AS_MISSING));
        write(change().state("A"));
        source.failure = Optional.of(new IllegalStateException("down"));
        assertThat(write(clear().eventId(1))).isInstanceOf(Applied.class);
        for (int i = 0; i < 10; i++) {
            assertThat(read().state()).isEmpty();
        }
        assertThat(recovering.counts().failures()).isOne();

        source.failure = Optional.empty();
        nanos.addAndGet(Duration.ofSeconds(10).toNanos());
        read();
        assertThat(source.cleared).hasSize(1);
    }

    @Test
    void anExecutorThatRefusesIsATypedErrorToo() {
        use(settings().executor(task -> {
            throw new RejectedExecutionException("full");
        }));

        assertThat(failure(recovering.read(KEY))).hasCauseInstanceOf(RejectedExecutionException.class);
    }

    @Test
    void anExecutorOutOfMemoryIsATypedErrorTooAndSaysThatTheWriteMayBeStored() {
        AtomicBoolean isExhausted = new AtomicBoolean();
        use(settings().executor(task -> {
            if (isExhausted.get()) {
                throw new OutOfMemoryError("unable to create native thread");
            }
            task.run();
        }));
        write(change().state("A"));
        isExhausted.set(true);

        RecoveryFailedException failure = failure(recovering.write(KEY, clear().build()));
        assertThat(failure).hasCauseInstanceOf(OutOfMemoryError.class);
        assertThat(failure.mayBeApplied()).isTrue();

        isExhausted.set(false);
        assertThat(read().state()).isEmpty();
        assertThat(recovering.underWay()).isZero();
    }

    @Test
    void anExecutorThatRefusesLaterIsATypedErrorToo() {
        AtomicBoolean isFull = new AtomicBoolean();
        use(settings().executor(task -> {
            if (isFull.get()) {
                throw new RejectedExecutionException("full");
            }
            new Thread(task).start();
        }));
        source.open = new CompletableFuture<>();
        CompletionStage<Snapshot> reading = recovering.read(KEY);
        await().until(() -> source.asked.size() == 1);
        CompletionStage<Outcome> clearing =
                recovering.write(KEY, clear().expectVersion(7).build());
        isFull.set(true);
        source.open.complete(true);

        assertThat(answer(reading)).isEqualTo(Snapshot.none());
        assertThat(failure(clearing).mayBeApplied()).isFalse();
    }

    @Test
    void isTheFailureOfAllWhoWait() {
        source.open = new CompletableFuture<>();
        List<CompletionStage<Snapshot>> reads = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            reads.add(recovering.read(KEY));
        }
        await().until(() -> source.asked.size() == 1 && storage.reads.get() == 21);
        source.failure = Optional.of(new IllegalStateException("down"));
        source.open.complete(true);

        reads.forEach(RecoveryFailureTest::failure);
        assertThat(source.asked).hasSize(1);
    }

    @Test
    void aReadThatCannotRestoreHasWrittenNothing() {
        source.knowing(KEY, ALICE);
        storage.losesAnswersOfWrites = true;
        Throwable failure = catchThrowable(() -> answer(recovering.read(KEY)));

        assertThat(failure).hasCauseInstanceOf(StorageUnavailableException.class);
        assertThat(((StorageUnavailableException) failure.getCause()).mayBeApplied())
                .isFalse();
    }

    private static RecoveryFailedException failure(CompletionStage<?> stage) {
        Throwable failure = catchThrowable(() -> answer(stage));
        assertThat(failure).isInstanceOf(CompletionException.class);
        assertThat(failure.getCause()).isInstanceOf(FsmException.class).isInstanceOf(RecoveryFailedException.class);
        return (RecoveryFailedException) failure.getCause();
    }

    @Test
    void failuresDoNotReachWhoIsStored() {
        write(storage, change().state("A"));
        source.failure = Optional.of(new IllegalStateException("down"));

        Outcome outcome = write(change().put("a", "1"));
        assertThat(outcome).isInstanceOf(Applied.class);
    }
}
