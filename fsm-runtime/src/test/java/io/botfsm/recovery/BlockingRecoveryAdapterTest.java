package io.botfsm.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.botfsm.storage.StorageKey;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class BlockingRecoveryAdapterTest {
    private static final StorageKey KEY = RecoveryTest.KEY;

    private final ExecutorService executor = Executors.newSingleThreadExecutor(task -> new Thread(task, "database"));
    private final List<String> calls = new CopyOnWriteArrayList<>();
    private final CountDownLatch interrupted = new CountDownLatch(1);
    private final BlockingStateRecovery database = new BlockingStateRecovery() {
        @Override
        public Optional<RecoveredConversation> recover(StorageKey key) throws Exception {
            calls.add(Thread.currentThread().getName() + " recover");
            if (key.equals(KEY)) {
                return Optional.of(RecoveryTest.ALICE);
            }
            try {
                Thread.sleep(60_000); // a database that hangs
            } catch (InterruptedException e) {
                interrupted.countDown();
                throw e;
            }
            return Optional.empty();
        }

        @Override
        public void cleared(StorageKey key, long version) throws SQLException {
            calls.add(Thread.currentThread().getName() + " cleared " + version);
            if (version == 9) {
                throw new SQLException("locked");
            }
        }
    };

    @AfterEach
    void stop() {
        executor.shutdownNow();
    }

    @Test
    void callsOnTheExecutor() {
        StateRecovery recovery = StateRecovery.blocking(database, executor, Duration.ofSeconds(20));

        assertThat(RecoveryTest.answer(recovery.recover(KEY))).hasValue(RecoveryTest.ALICE);
        RecoveryTest.answer(recovery.cleared(KEY, 7).thenApply(done -> true));
        assertThat(calls).containsExactly("database recover", "database cleared 7");
        assertThatThrownBy(() -> RecoveryTest.answer(recovery.cleared(KEY, 9)))
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(SQLException.class);
    }

    @Test
    void failsThroughTheStageWhereTheExecutorThrowsAnError() {
        StateRecovery recovery = StateRecovery.blocking(
                database,
                task -> {
                    throw new InternalError("no thread");
                },
                Duration.ofSeconds(20));

        assertThatThrownBy(() -> RecoveryTest.answer(recovery.recover(KEY))).hasCauseInstanceOf(InternalError.class);
    }

    @Test
    void interruptsWhatIsTooLateAndDoesNotBeginWhatHasWaitedTooLong() throws Exception {
        StateRecovery recovery = StateRecovery.blocking(database, executor, Duration.ofMillis(300));
        StorageKey slow = StorageKey.bot(1).chat(1).user(1).build();
        CountDownLatch release = new CountDownLatch(1);

        assertThat(catchThrowable(() -> RecoveryTest.answer(recovery.recover(slow))))
                .hasCauseInstanceOf(TimeoutException.class);
        assertThat(interrupted.await(20, TimeUnit.SECONDS)).isTrue();

        executor.execute(() -> {
            try {
                release.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        assertThat(catchThrowable(() -> RecoveryTest.answer(recovery.cleared(KEY, 7))))
                .hasCauseInstanceOf(TimeoutException.class);
        release.countDown();
        assertThat(RecoveryTest.answer(StateRecovery.blocking(database, executor, Duration.ofSeconds(20))
                        .recover(KEY)))
                .isPresent();
        assertThat(calls).containsExactly("database recover", "database recover");
    }

    @Test
    void failsWhereTheExecutorRefuses() {
        executor.shutdown();
        StateRecovery recovery = StateRecovery.blocking(database, executor, Duration.ofSeconds(20));

        assertThat(recovery.recover(KEY).toCompletableFuture()).isCompletedExceptionally();
    }

    @Test
    void refusesADeadlineThatCannotBe() {
        assertThatThrownBy(() -> StateRecovery.blocking(database, executor, Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("timeout must be positive: PT0S");
    }
}
