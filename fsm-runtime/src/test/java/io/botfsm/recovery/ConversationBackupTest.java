package io.botfsm.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.botfsm.storage.EventId;
import io.botfsm.storage.ForwardingStateStorage;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Outcome;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageClosedException;
import io.botfsm.storage.StorageKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ConversationBackupTest {
    private static final String ORIGIN = "redis localhost:6379/1";
    private static final StorageKey KEY = StorageKey.bot(1).chat(2).user(3).build();
    private static final Map<String, String> MARKS = Map.of("data.Profile", "2");
    private static final Map<String, String> DATA = Map.of("name", "\"Zoë 😀\"", "age", "31", "x", "1.0e5");

    private final MapStorage copies = new MapStorage();
    private final ConversationBackup backup = ConversationBackup.of(copies, ORIGIN);

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
        done(storage.write(
                KEY,
                Mutation.builder()
                        .clearState()
                        .replaceData(Map.of())
                        .eventId(71)
                        .build()));

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

        assertThatThrownBy(() -> done(storage.write(KEY, write(70)))).hasCauseInstanceOf(StorageClosedException.class);
    }

    @Test
    void aCopyHasStateDataAttributesAndEvent() {
        copy("A", 7, EventId.of(70));

        assertThat(done(backup.recover(KEY)))
                .hasValue(RecoveredConversation.of(Optional.of("A"), DATA)
                        .withAttributes(MARKS)
                        .withLastEvent(EventId.of(70)));
        copy("B", 8, EventId.of("of another kind"));
        assertThat(done(backup.recover(KEY)).orElseThrow().lastEvent()).isEmpty();
    }

    @Test
    void aCopyDoesNotGoBack() {
        copy("B", 8, EventId.of(80));
        copy("A", 7, EventId.of(70));
        copy("A", 8, EventId.of(70));
        done(backup.cleared(KEY, 7));

        assertThat(done(backup.recover(KEY)).orElseThrow().state()).hasValue("B");
    }

    @Test
    void aLateTurnDoesNotBringBackWhatIsCleared() {
        copy("B", 8, EventId.of(80));
        done(backup.cleared(KEY, 8));
        copy("A", 7, EventId.of(70));
        assertThat(done(backup.recover(KEY))).isEmpty();

        copy("N", 9, EventId.of(90));
        assertThat(done(backup.recover(KEY)).orElseThrow().state()).hasValue("N");
    }

    @Test
    void thatItWasClearedIsForgottenAfterTwoDaysAndNothingElse() {
        List<Mutation> written = new ArrayList<>();
        ConversationBackup watched = ConversationBackup.of(
                new ForwardingStateStorage(copies) {
                    @Override
                    public CompletionStage<Outcome> write(StorageKey key, Mutation mutation) {
                        written.add(mutation);
                        return storage().write(key, mutation);
                    }
                },
                ORIGIN);
        done(watched.cleared(KEY, 8));
        done(watched.copy(KEY, snapshot("N", DATA, 9), EventId.of(90)));
        assertThat(written)
                .extracting(mutation -> mutation.ttl(Optional.empty()))
                .containsExactly(Optional.of(Duration.ofDays(2)), Optional.empty());
    }

    @Test
    void whatHasNothingIsNotCopied() {
        done(backup.copy(KEY, snapshot(null, Map.of(), 8), EventId.of(80)));

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

    private void copy(String state, long version, EventId event) {
        done(backup.copy(KEY, snapshot(state, DATA, version), event));
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
