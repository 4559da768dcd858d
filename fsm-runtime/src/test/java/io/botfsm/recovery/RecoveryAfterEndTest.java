package io.botfsm.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.Handled;
import io.botfsm.recovery.RecoveringStateStorage.OnFailure;
import io.botfsm.storage.EventId;
import io.botfsm.storage.Outcome.Applied;
import io.botfsm.storage.Outcome.Conflict;
import io.botfsm.storage.Outcome.Duplicate;
import io.botfsm.storage.Outcome.Fenced;
import io.botfsm.storage.Snapshot;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A conversation whose time to live has expired is missing, although its events and its fence remain. */
class RecoveryAfterEndTest extends RecoveryTest {
    private static final Duration TTL = Duration.ofHours(1);

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-11-29T12:00:00Z"));

    @BeforeEach
    void setTimeToLive() {
        storage.clock = now::get;
        storage.ttl = Optional.of(TTL);
    }

    /** Lets Alice's conversation expire, so that only its event 7 remains. */
    private void end() {
        write(storage, change().state("AGE").put("name", "\"Alice\"").eventId(7));
        pass();
        assertThat(answer(storage.read(KEY)).hasEnded()).isTrue();
    }

    private void pass() {
        now.updateAndGet(before -> before.plus(TTL));
    }

    @Test
    void itIsRecovered() {
        end();
        source.knowing(KEY, ALICE);

        Snapshot first = read();

        assertIsAlice(first);
        assertThat(first.hasEnded()).isFalse();
        assertThat(first.events().contains(EventId.of(7))).isTrue();
        assertThat(answer(storage.read(KEY))).isEqualTo(first);
        assertThat(read()).isEqualTo(first);
        assertThat(source.asked).hasSize(1);
        assertThat(source.cleared).isEmpty();
        assertThat(recovering.counts()).isEqualTo(new RecoveryCounts(1, 0, 1, 0, 0, 0, 0));
    }

    @Test
    void itIsRecoveredThoughItsLastEventIsRememberedAnyway() {
        end();
        source.knowing(KEY, ALICE.withLastEvent(EventId.of(7)));

        assertIsAlice(read());
        assertThat(fsm.handle(KEY, 7, turn -> "again")).isInstanceOf(Handled.Repeated.class);
    }

    @Test
    void theLastEventIsLeftOutWhereItsSourceIsOneTooMany() {
        for (int i = 0; i < 8; i++) {
            write(storage, change().state("AGE").eventId(EventId.of("source-" + i, 1)));
        }
        pass();
        source.knowing(KEY, ALICE.withLastEvent(EventId.of("payments", 1)));

        assertIsAlice(read());
    }

    @Test
    void turnsWorkOnWhatWasRecovered() {
        end();
        source.knowing(KEY, ALICE);

        fsm.handle(KEY, 8, turn -> turn.put("age", 31));

        assertThat(read().data()).isEqualTo(Map.of("name", "\"Alice\"", "age", "31"));
        pass();
        source.knowing(KEY, ALICE);
        fsm.context(KEY).updateData("age", 32);
        assertThat(read().data()).isEqualTo(Map.of("name", "\"Alice\"", "age", "32"));
        assertThat(source.cleared).isEmpty();
    }

    @Test
    void oneThatWasClearedIsNot() {
        write(storage, change().state("AGE").eventId(7));
        write(storage, clear());
        source.knowing(KEY, ALICE);
        pass();

        assertThat(read().state()).isEmpty();
        assertThat(source.asked).isEmpty();
        assertThat(source.cleared).hasSize(1);
    }

    @Test
    void itsFenceHolds() {
        write(storage, change().state("AGE").fencingToken(5));
        pass();
        source.knowing(KEY, ALICE);

        assertThat(write(change().state("CITY").fencingToken(4))).isEqualTo(Fenced.of(5));
        assertIsAlice(read());
        assertThat(write(change().state("CITY").fencingToken(4))).isEqualTo(Fenced.of(5));
    }

    @Test
    void anUnknownOneIsReadAsItIsAndAskedForOncePerPeriod() {
        end();
        Snapshot ended = answer(storage.read(KEY));
        for (int i = 0; i < 50; i++) {
            assertThat(read()).isEqualTo(ended);
            nanos.addAndGet(Duration.ofMillis(199).toNanos());
        }
        assertThat(source.asked).hasSize(1);
        assertThat(source.cleared).isEmpty();
        assertThat(recovering.counts()).isEqualTo(new RecoveryCounts(0, 1, 0, 0, 49, 0, 0));

        nanos.addAndGet(Duration.ofMillis(50).toNanos()); // 10 s after the look-up
        source.knowing(KEY, ALICE);
        assertIsAlice(read());
    }

    @Test
    void anUnknownOneBeginsAnew() {
        end();

        assertThat(fsm.handle(KEY, 8, turn -> turn.state("NAME").state().isPresent()))
                .isInstanceOf(Handled.Done.class);

        assertThat(read().state()).hasValue("NAME");
        assertThat(read().data()).isEmpty();
        assertThat(source.cleared).isEmpty();
        assertThat(fsm.handle(KEY, 7, turn -> "again")).isInstanceOf(Handled.Repeated.class);
    }

    @Test
    void messagesAfterTheEndOfAnUnknownOneReportNoClear() {
        end();
        for (int event = 8; event < 100; event++) {
            fsm.handle(KEY, event, turn -> "Send /start.");
        }
        assertThat(source.asked).hasSize(1);
        assertThat(source.cleared).isEmpty();
    }

    @Test
    void theNegativeCacheForgetsWhoBeginsAfterAnEnd() {
        end();
        assertThat(read().hasEnded()).isTrue();
        write(change().state("B"));
        source.knowing(KEY, ALICE);
        pass();

        assertIsAlice(read());
    }

    @Test
    void aTurnBegunBeforeTheEndRunsAgainOnWhatWasRecovered() {
        write(change().state("NAME").put("name", "\"Bob\"").eventId(1));
        source.knowing(KEY, ALICE);
        List<String> names = new ArrayList<>();
        fsm.handle(KEY, 2, turn -> {
            names.add(turn.value("name", String.class).orElse("nobody"));
            if (names.size() == 1) {
                pass();
            }
            return turn.put("age", 31);
        });

        assertThat(names).containsExactly("Bob", "Alice");
        assertThat(read().data()).isEqualTo(Map.of("name", "\"Alice\"", "age", "31"));
    }

    @Test
    void anEventRedeliveredAtTheEndBringsWhatWasRecovered() {
        end();
        source.knowing(KEY, ALICE);

        assertThat(write(change().state("B").expectVersion(1).eventId(7)))
                .isInstanceOfSatisfying(Duplicate.class, duplicate -> assertIsAlice(duplicate.current()));
    }

    @Test
    void whatBeginsMeanwhileWins() {
        end();
        source.knowing(KEY, ALICE);
        source.open = new CompletableFuture<>();
        CompletableFuture<Snapshot> reading = recovering.read(KEY).toCompletableFuture();
        Awaitility.await().until(() -> source.asked.size() == 1);
        write(storage, change().state("B")); // another process
        source.open.complete(true);

        assertThat(answer(reading).state()).hasValue("B");
        assertThat(answer(reading).data()).isEmpty();
        assertThat(recovering.counts()).isEqualTo(new RecoveryCounts(1, 0, 0, 1, 0, 0, 0));
    }

    @Test
    void aClearTakesWhatTheSourceKnows() {
        end();
        source.knowing(KEY, ALICE);

        assertThat(write(clear())).isInstanceOf(Applied.class);

        assertThat(source.known).isEmpty();
        assertThat(read().state()).isEmpty();
        assertThat(source.cleared).hasSize(1);
    }

    @Test
    void withoutItsSourceItIsReadAsItIsByChoice() {
        use(settings().onFailure(OnFailure.TREAT_AS_MISSING));
        end();
        source.failure = Optional.of(new IllegalStateException("away"));

        assertThat(read()).isEqualTo(answer(storage.read(KEY)));
        assertThat(write(change().expectVersion(0).state("B"))).isInstanceOf(Conflict.class);
        assertThat(source.cleared).isEmpty();
    }
}
