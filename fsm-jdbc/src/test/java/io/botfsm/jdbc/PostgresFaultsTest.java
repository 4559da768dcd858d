package io.botfsm.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import io.botfsm.conformance.internal.Crowd;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Outcome;
import io.botfsm.storage.Outcome.Applied;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.StorageUnavailableException;
import io.botfsm.storage.inbox.UpdateInbox;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a failed call reports about its write, on PostgreSQL; the server that is killed has durable commits. */
@Timeout(300)
class PostgresFaultsTest {
    private static final boolean PROOF = Boolean.getBoolean("botfsm.proof");
    private static final Duration TIMEOUT = Duration.ofMillis(700);
    private static final StorageKey KEY =
            StorageKey.bot("faults").chat(1).user(2).build();

    private static Mutation put(String name) {
        return Mutation.builder().put(name, "1").build();
    }

    /** No acknowledged write is lost, and no denied write is stored. */
    @Test
    void killedUnderLoadItKeepsWhatItAcknowledgedAndNothingThatWasDenied() {
        try (PostgresProcess server = PostgresProcess.start();
                HikariDataSource pool = Engine.pool(server.url(), 8);
                BotDatabase database = BotDatabase.builder(pool)
                        .timeout(TIMEOUT)
                        .createTables()
                        .build()) {
            StateStorage storage = database.stateStorage();
            for (int round = 0; round < (PROOF ? 20 : 1); round++) {
                StorageKey key = StorageKey.bot("killed").chat(round).user(2).build();
                Map<String, String> ends = new ConcurrentHashMap<>();
                Crowd.of(5, index -> {
                    if (index == 4) {
                        Awaitility.await().until(() -> ends.size() > 100);
                        server.kill();
                        ends.put("killed", "");
                        return;
                    }
                    for (int i = 0; !ends.containsKey("killed") || i < 20; i++) {
                        String name = index + "-" + i;
                        ends.put(name, end(storage.write(key, put(name))));
                    }
                });
                ends.remove("killed");
                server.startAgain();
                Map<String, String> stored = readAfterwards(storage, key).data();
                ends.forEach((name, end) -> {
                    if (!end.equals("unknown")) {
                        assertThat(stored.containsKey(name))
                                .as("%s, which is %s, is stored", name, end)
                                .isEqualTo(end.equals("applied"));
                    }
                });
                assertThat(ends).containsValue("applied");
            }
        }
    }

    private static String end(CompletionStage<?> write) {
        try {
            return Await.answer(write) instanceof Applied ? "applied" : "refused";
        } catch (StorageUnavailableException e) {
            return e.mayBeApplied() ? "unknown" : "denied";
        }
    }

    private static Snapshot readAfterwards(StateStorage storage, StorageKey key) {
        return Awaitility.await()
                .atMost(60, TimeUnit.SECONDS)
                .ignoreExceptions()
                .until(() -> Await.answer(storage.read(key)), read -> true);
    }

    /** The driver reports the broken connection long before the call's time is up. */
    @Test
    void aWriteWhoseAnswerIsLostIsUnknownAndAppliedOnce() {
        try (DatabaseInTest database = DatabaseInTest.behindProxy(Engine.POSTGRESQL);
                HikariDataSource direct = Engine.pool(database.directUrl(), 1)) {
            StateStorage storage =
                    database.builder(Duration.ofSeconds(60)).build().stateStorage();
            StateStorage beside = BotDatabase.builder(direct).build().stateStorage();
            long before = ((Applied) Await.answer(storage.write(KEY, put("a")))).version();
            database.proxy().dropReplies();
            // the storage remembers the version, so that the first statement is the write
            CompletionStage<Outcome> write = storage.write(KEY, expecting(before));
            Awaitility.await().until(() -> Await.answer(beside.read(KEY)).data().containsKey("b"));
            database.proxy().reset();
            StorageUnavailableException lost = (StorageUnavailableException) Await.failure(write);
            database.heal();
            assertThat(lost.mayBeApplied()).isTrue();
            assertThat(readAfterwards(storage, KEY).version()).isEqualTo(before + 1);
        }
    }

    private static Mutation expecting(long version) {
        return Mutation.builder().put("b", "1").expectVersion(version).build();
    }

    @Test
    void aWriteThatFailedWhileReadingIsNotExecuted() {
        try (DatabaseInTest database = DatabaseInTest.behindProxy(Engine.POSTGRESQL)) {
            StateStorage storage = database.builder(TIMEOUT).build().stateStorage();
            Await.answer(storage.write(KEY, put("a")));
            database.proxy().dropReplies();
            StorageUnavailableException lost =
                    (StorageUnavailableException) Await.failure(storage.write(KEY, put("b")));
            database.heal();
            assertThat(lost.mayBeApplied()).isFalse();
            assertThat(readAfterwards(storage, KEY).data()).containsOnlyKeys("a");
        }
    }

    /** The only thread gets its connection when nobody waits for the write any more. */
    @Test
    void aWriteThatWaitedForAConnectionInVainIsNeverExecuted() throws Exception {
        ExecutorService thread = Executors.newSingleThreadExecutor();
        String url = Engine.POSTGRESQL.url(Engine.POSTGRESQL.newDatabase());
        try (HikariDataSource pool = Engine.pool(url, 1, settings -> settings.setConnectionTimeout(60_000))) {
            ObservedDataSource observed = new ObservedDataSource(pool);
            try (BotDatabase database = BotDatabase.builder(observed.dataSource())
                    .executor(thread)
                    .timeout(TIMEOUT)
                    .createTables()
                    .build()) {
                StateStorage storage = database.stateStorage();
                StorageUnavailableException late;
                try (Connection only = pool.getConnection()) {
                    assertThat(only.isValid(1)).isTrue();
                    late = (StorageUnavailableException) Await.failure(storage.write(KEY, put("b")));
                }
                assertThat(late.mayBeApplied()).isFalse();
                assertThat(late.timeout()).isEqualTo(TIMEOUT);
                assertThat(Await.answer(storage.read(KEY))).isEqualTo(Snapshot.none()); // queued after the write
                assertThat(observed.executed()).isEqualTo(1); // a statement without time would cost the connection
            }
        } finally {
            thread.shutdownNow();
        }
    }

    /** Its connection stays open, and so would its transaction. */
    @Test
    void anInstanceThatIsFrozenWithinATransactionLocksOutNobody() throws Exception {
        try (DatabaseInTest database = DatabaseInTest.behindProxy(Engine.POSTGRESQL);
                HikariDataSource direct = Engine.pool(database.directUrl(), 2)) {
            UpdateInbox successor = inbox(BotDatabase.builder(direct));
            successor.remove("bot", List.of(), OptionalLong.of(1));
            ObservedDataSource observed = new ObservedDataSource(database.pool());
            UpdateInbox frozen = inbox(database.builder(observed.dataSource(), TIMEOUT));
            observed.beforeNextUpdate( // first the one that locks the row, then the one that raises the fence
                    () -> observed.beforeNextUpdate(database.proxy()::holdOpenOnes));
            assertThatThrownBy(() -> frozen.remove("bot", List.of(), OptionalLong.of(2)))
                    .isInstanceOf(StorageUnavailableException.class);
            Awaitility.await().atMost(10, TimeUnit.SECONDS).ignoreExceptions().until(() -> {
                successor.remove("bot", List.of(), OptionalLong.of(3));
                return true;
            });
        }
    }

    private static UpdateInbox inbox(BotDatabase.Builder database) {
        return database.timeout(TIMEOUT)
                .build()
                .stateStorage()
                .extension(UpdateInbox.class)
                .orElseThrow();
    }
}
