package io.botfsm.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.botfsm.storage.ConversationRefusedException;
import io.botfsm.storage.EventId;
import io.botfsm.storage.ForwardingStateStorage;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Outcome;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StateStorage.Capability;
import io.botfsm.storage.StorageClosedException;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.StorageUnavailableException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ConversationBackupTest {
    private static final String ORIGIN = "redis localhost:6379/1";
    private static final StorageKey KEY = StorageKey.bot(1).chat(2).user(3).build();
    private static final StorageKey OTHER = StorageKey.bot(1).chat(2).user(4).build();
    private static final Mutation CLEAR =
            Mutation.builder().clearState().replaceData(Map.of()).build();
    private static final Map<String, String> MARKS = Map.of("data.Profile", "2");
    private static final Map<String, String> DATA = Map.of("name", "\"Zoë 😀\"", "age", "31", "x", "1.0e5");

    private final MapStorage copies = new MapStorage();
    private final ConversationBackup backup = ConversationBackup.of(copies, ORIGIN);

    /** The content of the original storage, in tests of single copies. */
    private Snapshot stored = Snapshot.none();

    private final StateStorage original = new ForwardingStateStorage(new MapStorage()) {
        @Override
        public CompletionStage<Snapshot> read(StorageKey key) {
            return CompletableFuture.completedStage(stored);
        }
    };

    @Test
    void whatIsLostComesBack() {
        StateStorage storage = backup.storage(new MapStorage());
        done(storage.write(KEY, write(70)));

        StateStorage empty = ConversationBackup.of(copies, ORIGIN).storage(new MapStorage());
        Snapshot found = done(empty.read(KEY));
        assertThat(found.state()).contains("A");
        assertThat(found.data()).isEqualTo(DATA);
        assertThat(done(empty.write(KEY, write(70)))).isInstanceOf(Outcome.Duplicate.class);
    }

    @Test
    void whatIsClearedDoesNotComeBack() {
        StateStorage storage = backup.storage(new MapStorage());
        done(storage.write(KEY, write(70)));
        done(storage.write(KEY, CLEAR.toBuilder().eventId(71).build()));

        StateStorage empty = backup.storage(new MapStorage());
        assertThat(done(empty.read(KEY)).state()).isEmpty();
    }

    @Test
    void aRepeatedEventIsCopiedToo() {
        StateStorage storage = backup.storage(new MapStorage());
        done(storage.write(KEY, write(70)));

        ConversationBackup lost = ConversationBackup.of(new MapStorage(), ORIGIN);
        assertThat(done(lost.storage(storage).write(KEY, write(70)))).isInstanceOf(Outcome.Duplicate.class);
        assertThat(done(lost.recover(KEY)).orElseThrow().state()).contains("A");
    }

    @Test
    void aTurnWhoseCopyFailsFails() {
        StateStorage storage = backup.storage(new MapStorage());
        copies.close();

        assertThatThrownBy(() -> done(storage.write(KEY, write(70))))
                .cause()
                .isInstanceOfSatisfying(StorageUnavailableException.class, failure -> {
                    assertThat(failure.key()).contains(KEY);
                    assertThat(failure.mayBeApplied()).isTrue();
                })
                .hasCauseInstanceOf(StorageClosedException.class);
    }

    /** A problem of one conversation must not look like an outage. */
    @Test
    void aRefusedCopyIsARefusalOfTheConversation() {
        StateStorage refusing = new ForwardingStateStorage(copies) {
            @Override
            public CompletionStage<Outcome> write(StorageKey key, Mutation mutation) {
                return CompletableFuture.failedFuture(new ConversationRefusedException(key, "too large", false, null));
            }
        };
        StateStorage storage = ConversationBackup.of(refusing, ORIGIN).storage(new MapStorage());

        assertThatThrownBy(() -> done(storage.write(KEY, write(70))))
                .cause()
                .isInstanceOfSatisfying(ConversationRefusedException.class, failure -> {
                    assertThat(failure.key()).contains(KEY);
                    assertThat(failure.mayBeApplied()).isTrue();
                });
    }

    /** Such as a timeout, the result of work, or the conversation of a chat that has moved. */
    @Test
    void aWriteWithoutAnEventIsCopiedAndKeepsTheEventOfTheCopy() {
        StateStorage storage = backup.storage(new MapStorage());
        done(storage.write(KEY, write(70)));
        done(storage.write(KEY, Mutation.builder().state("TIMED_OUT").build()));

        RecoveredConversation found = done(backup.recover(KEY)).orElseThrow();
        assertThat(found.state()).contains("TIMED_OUT");
        assertThat(found.lastEvent()).contains(EventId.of(70));
    }

    /** A storage that was set back to an older snapshot assigns its versions again. */
    @Test
    void aCopyFollowsAStorageThatHasGoneBack() {
        MapStorage set = new MapStorage();
        StateStorage storage = backup.storage(set);
        done(storage.write(KEY, write(70)));
        Snapshot earlier = done(set.read(KEY));
        done(backup.copy(KEY, snapshot("LOST", DATA, earlier.version() + 100), write(80), set));
        assertThat(done(backup.recover(KEY)).orElseThrow().state()).contains("LOST");

        done(storage.write(KEY, Mutation.builder().state("B").eventId(71).build()));
        assertThat(done(backup.recover(KEY)).orElseThrow().state()).contains("B");

        done(backup.copy(KEY, snapshot("LOST", DATA, earlier.version() + 100), write(80), set));
        done(storage.write(KEY, CLEAR.toBuilder().eventId(72).build()));
        assertThat(done(backup.recover(KEY))).isEmpty();
    }

    @Test
    void aClearThatLeavesNothingFollowsTooWhereTheCopyIsOfALaterVersion() {
        MapStorage real = new MapStorage();
        StateStorage storage = backup.storage(real);
        done(storage.write(KEY, Mutation.builder().state("A").build()));
        long version = done(real.read(KEY)).version();
        done(backup.copy(KEY, snapshot("LOST", DATA, version + 100), write(80), real));

        done(storage.write(KEY, CLEAR));
        assertThat(done(real.read(KEY)).version()).isZero();
        assertThat(done(backup.recover(KEY))).isEmpty();
    }

    @Test
    void ofConcurrentTurnsTheLaterEventIsTheLast() {
        copy("B", 8, EventId.of(81));
        copy("B", 8, EventId.of(80));
        assertThat(done(backup.recover(KEY)).orElseThrow().lastEvent()).contains(EventId.of(81));

        copy("B", 8, EventId.of(82));
        assertThat(done(backup.recover(KEY)).orElseThrow().lastEvent()).contains(EventId.of(82));

        copy("C", 9, EventId.of(1_000_000));
        copy("D", 10, EventId.of(7)); // the messenger has restarted its numbering
        assertThat(done(backup.recover(KEY)).orElseThrow().lastEvent()).contains(EventId.of(7));
    }

    @Test
    void aCopyEndsAsItsConversationDoes() {
        Duration own = Duration.ofHours(1);
        List<Optional<Duration>> limits = new ArrayList<>();
        ConversationBackup watched = ConversationBackup.of(watching(limits), ORIGIN);
        StateStorage storage = watched.storage(new MapStorage());
        done(storage.write(KEY, write(70)));
        done(storage.write(KEY, write(71).toBuilder().ttl(own).build()));
        StateStorage limited = watched.withTtl(Duration.ofDays(3)).storage(new MapStorage());
        done(limited.write(OTHER, write(70)));
        done(limited.write(OTHER, write(71).toBuilder().ttl(own).build()));

        assertThat(limits)
                .containsExactly(Optional.empty(), Optional.of(own), Optional.of(Duration.ofDays(3)), Optional.of(own));
    }

    @Test
    void whatCopiesLackIsSaidAtOnce() {
        assertThatThrownBy(() -> ConversationBackup.of(lacking(Capability.COMPARE_AND_SET), ORIGIN))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("COMPARE_AND_SET");
        assertThatThrownBy(() ->
                        ConversationBackup.of(lacking(Capability.TTL), ORIGIN).withTtl(Duration.ofDays(3)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("PT72H");
        assertThatThrownBy(() -> backup.withTtl(Duration.ZERO)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void closingClosesTheStorageAndNotItsCopies() {
        MapStorage closing = new MapStorage();
        backup.storage(closing).close();

        assertThat(closing.closed).isTrue();
        assertThat(copies.closed).isFalse();
    }

    @Test
    void aCopyHasStateDataAttributesAndEvent() {
        copy("A", 7, EventId.of(70));

        assertThat(done(backup.recover(KEY)))
                .hasValue(RecoveredConversation.of(Optional.of("A"), DATA)
                        .withAttributes(MARKS)
                        .withLastEvent(EventId.of(70)));
        copy("B", 8, EventId.of("of another kind"));
        assertThat(done(backup.recover(KEY)).orElseThrow().lastEvent()).contains(EventId.of(70)); // the last counted id
    }

    @Test
    void aCopyDoesNotGoBack() {
        copy("B", 8, EventId.of(80));
        done(backup.copy(KEY, snapshot("A", DATA, 7), write(70), original));
        done(backup.cleared(KEY, 7, original));

        assertThat(done(backup.recover(KEY)).orElseThrow().state()).hasValue("B");
    }

    @Test
    void aLateTurnDoesNotBringBackWhatIsCleared() {
        copy("B", 8, EventId.of(80));
        stored = Snapshot.none();
        done(backup.cleared(KEY, 8, original));
        done(backup.copy(KEY, snapshot("A", DATA, 7), write(70), original));
        done(backup.copy(KEY, snapshot("B", DATA, 8), write(80), original)); // the cleared version itself
        assertThat(done(backup.recover(KEY))).isEmpty();

        copy("N", 9, EventId.of(90));
        assertThat(done(backup.recover(KEY)).orElseThrow().state()).hasValue("N");
    }

    @Test
    void thatItWasClearedIsForgottenAfterTwoDaysAndNothingElse() {
        List<Optional<Duration>> limits = new ArrayList<>();
        ConversationBackup watched = ConversationBackup.of(watching(limits), ORIGIN);
        done(watched.cleared(KEY, 8, original));
        done(watched.copy(KEY, snapshot("N", DATA, 9), write(90), original));
        assertThat(limits).containsExactly(Optional.of(Duration.ofDays(2)), Optional.empty());
    }

    @Test
    void whatHasNothingIsNotCopied() {
        done(backup.copy(KEY, snapshot(null, Map.of(), 8), write(80), original));

        assertThat(done(backup.recover(KEY))).isEmpty();
    }

    @Test
    void keysAndOriginsAreKeptApart() {
        copy("A", 7, EventId.of(70));

        assertThat(done(backup.recover(
                        StorageKey.bot(1).chat(2).user(3).thread(4).build())))
                .isEmpty();
        assertThat(done(ConversationBackup.of(copies, "redis elsewhere").recover(KEY)))
                .isEmpty();
        assertThatThrownBy(() -> ConversationBackup.of(copies, "")).isInstanceOf(IllegalArgumentException.class);
    }

    /** Copies a conversation that the original storage has like this. */
    private void copy(String state, long version, EventId event) {
        stored = snapshot(state, DATA, version);
        done(backup.copy(KEY, stored, Mutation.builder().eventId(event).build(), original));
    }

    private StateStorage watching(List<Optional<Duration>> limits) {
        return new ForwardingStateStorage(copies) {
            @Override
            public CompletionStage<Outcome> write(StorageKey key, Mutation mutation) {
                limits.add(mutation.ttl(Optional.empty()));
                return storage().write(key, mutation);
            }
        };
    }

    private static StateStorage lacking(Capability missing) {
        return new ForwardingStateStorage(new MapStorage()) {
            @Override
            public Set<Capability> capabilities() {
                return EnumSet.complementOf(EnumSet.of(missing));
            }
        };
    }

    private static Mutation write(long event) {
        return Mutation.builder().state("A").replaceData(DATA).eventId(event).build();
    }

    private static <T> T done(CompletionStage<T> stage) {
        return stage.toCompletableFuture().join();
    }

    private static Snapshot snapshot(@Nullable String state, Map<String, String> data, long version) {
        return Snapshot.builder()
                .state(Optional.ofNullable(state))
                .data(data)
                .attributes(MARKS)
                .version(version)
                .build();
    }
}
