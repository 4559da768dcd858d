package io.botfsm.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import io.botfsm.Fsm;
import io.botfsm.FsmContext;
import io.botfsm.conformance.internal.Crowd;
import io.botfsm.storage.ContentionException;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Outcome.Applied;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class SqliteEngineTest extends EngineTest {
    private static final StorageKey KEY =
            StorageKey.bot("locked").chat(1).user(2).build();

    SqliteEngineTest() {
        super(Engine.SQLITE);
    }

    /** SQLite has one writer at a time; a write that could not wait long enough is retried. */
    @Test
    void writersOfManyConnectionsLoseNothing() {
        try (HikariDataSource pool = Engine.pool(impatient(), 4);
                BotDatabase database = BotDatabase.builder(pool)
                        .timeout(Duration.ofSeconds(30))
                        .createTables()
                        .build()) {
            StateStorage storage = database.stateStorage();
            Crowd.of(4, index -> {
                for (int i = 0; i < 25; i++) {
                    Mutation put = Mutation.builder().put(index + "-" + i, "1").build();
                    assertThat(Await.answer(storage.write(KEY, put))).isInstanceOf(Applied.class);
                }
            });
            assertThat(Await.answer(storage.read(KEY)).data()).hasSize(100);
        }
    }

    @Test
    void aDatabaseThatOthersKeepLockedIsATypedErrorAndNothingIsWritten() throws Exception {
        try (HikariDataSource pool = Engine.pool(impatient(), 2);
                BotDatabase database = BotDatabase.builder(pool)
                        .timeout(Duration.ofSeconds(2))
                        .createTables()
                        .build()) {
            StateStorage storage = database.stateStorage();
            Mutation set = Mutation.builder().state("A").build();
            try (Connection other = pool.getConnection();
                    Statement lock = other.createStatement()) {
                lock.execute("BEGIN IMMEDIATE");
                ContentionException lost = (ContentionException) Await.failure(storage.write(KEY, set));
                assertThat(lost.attempts()).isGreaterThan(1);
                lock.execute("ROLLBACK");
            }
            assertThat(Await.answer(storage.read(KEY)).state()).isEmpty();
            assertThat(Await.answer(storage.write(KEY, set))).isInstanceOf(Applied.class);
        }
    }

    /** Whatever timeout the connection is configured with. */
    @Test
    @Timeout(20)
    void aCallerThatWaitsForALockedDatabaseFailsInTime() throws Exception {
        String patient = Engine.SQLITE.url(Engine.SQLITE.newDatabase()).replace("=2000", "=60000");
        try (HikariDataSource pool = Engine.pool(patient, 2);
                BotDatabase database = BotDatabase.builder(pool)
                        .timeout(Duration.ofSeconds(2))
                        .createTables()
                        .build()) {
            FsmContext conversation = Fsm.of(database.stateStorage()).context(KEY);
            try (Connection other = pool.getConnection();
                    Statement lock = other.createStatement()) {
                lock.execute("BEGIN IMMEDIATE");
                assertThatThrownBy(() -> conversation.setState("A")).isInstanceOf(ContentionException.class);
                lock.execute("ROLLBACK");
            }
            assertThat(conversation.state()).isEmpty();
            conversation.setState("A");
            assertThat(conversation.state()).hasValue("A");
        }
    }

    /** Returns the URL of a new database with which the driver waits only 5 ms for a lock. */
    private static String impatient() {
        return Engine.SQLITE.url(Engine.SQLITE.newDatabase()).replace("busy_timeout=2000", "busy_timeout=5");
    }
}
