package io.botfsm.conformance.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.botfsm.conformance.Need;
import io.botfsm.conformance.Requires;
import io.botfsm.conformance.internal.Crowd;
import io.botfsm.conformance.internal.TimedResult;
import io.botfsm.storage.FsmException;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StateStorage.Capability;
import io.botfsm.storage.StorageClosedException;
import io.botfsm.storage.StorageKey;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Rule 16: threads and closing. Also what the contract says beside the numbered rules. */
abstract class ClosingRules extends StorageRules {
    ClosingRules(StateStorageConformance suite) {
        super(suite);
    }

    @Test
    void rule16_callsAfterCloseFailWithTheClosedError() {
        TestedStorage storage = open();
        StorageKey key = freshKey();
        storage.applied(key, change().state("A"));
        storage.close();
        assertThat(storage.failureOfRead(key)).isInstanceOf(StorageClosedException.class);
        assertThat(storage.failureOfWrite(key, change().state("B"))).isInstanceOf(StorageClosedException.class);
        assertThat(storage.failureOfWrite(freshKey(), change())).isInstanceOf(StorageClosedException.class);
        assertThat(storage.failureOfRead(key)).isInstanceOf(StorageClosedException.class);
    }

    @Test
    void rule16_closeIsIdempotent() {
        TestedStorage storage = open();
        storage.close();
        assertThatCode(storage::close).doesNotThrowAnyException();
        assertThatCode(() -> Crowd.of(4, index -> storage.close())).doesNotThrowAnyException();
        assertThat(storage.failureOfRead(freshKey())).isInstanceOf(StorageClosedException.class);
    }

    @Test
    void rule16_unusedStorageCloses() {
        TestedStorage storage = open();
        assertThatCode(storage::close).doesNotThrowAnyException();
    }

    /** Clients lose a call only rarely while they close. */
    @Test
    void rule16_closeWhileInUse() {
        for (int i = 0; i < times(3); i++) {
            closeWhileInUse(open());
        }
    }

    private void closeWhileInUse(TestedStorage storage) {
        StorageKey key = freshKey();
        storage.applied(key, change().state("A"));
        AtomicBoolean closed = new AtomicBoolean();
        CountDownLatch busy = new CountDownLatch(3);
        Crowd.of(4, index -> {
            if (index == 0) {
                busy.await();
                storage.close();
                closed.set(true);
                return;
            }
            boolean wasClosed;
            FsmException failure = null;
            do {
                wasClosed = closed.get();
                TimedResult<?> answer =
                        index == 1 ? storage.reading(key) : storage.writing(key, change().put("n" + index, "1"));
                failure = answer.failureOrNone(DEADLINE.multipliedBy(3)).orElse(null);
                busy.countDown();
            } while (!wasClosed);
            assertThat(failure).isInstanceOf(StorageClosedException.class);
        });
    }

    @Test
    void rule16_manyThreadsManyConversations() {
        TestedStorage storage = open();
        Crowd.of(8, index -> {
            StorageKey mine;
            synchronized (this) {
                mine = freshKey();
            }
            for (int i = 0; i < times(50); i++) {
                storage.applied(mine, change().state("S" + i).put("i", "" + i));
                assertThat(storage.read(mine).state()).hasValue("S" + i);
                assertThat(storage.read(mine).data()).isEqualTo(Map.of("i", "" + i));
            }
        });
    }

    @Requires(Need.SHARES)
    void rule16_closingOneStorageLeavesTheOthers() {
        TestedStorage one = open();
        TestedStorage other = open();
        StorageKey key = freshKey();
        one.applied(key, change().state("A"));
        other.applied(key, change().put("a", "1"));
        one.close();
        assertThat(other.read(key).state()).hasValue("A");
        other.applied(key, change().state("B"));
        assertThat(open().read(key).state()).hasValue("B");
    }

    @Test
    void contract_capabilitiesAreConstant() {
        StateStorage storage = open().untested();
        assertThat(storage.capabilities()).isEqualTo(suite.capabilities());
        assertThat(suite.capabilities().contains(Capability.COMPARE_AND_SET)
                        || !suite.capabilities().contains(Capability.VERSION))
                .as("VERSION comes with COMPARE_AND_SET")
                .isTrue();
        storage.close();
        assertThat(storage.capabilities()).isEqualTo(suite.capabilities());
    }
}
