package io.botfsm.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.zaxxer.hikari.HikariDataSource;
import io.botfsm.storage.EventId;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Outcome.Applied;
import io.botfsm.storage.Outcome.Duplicate;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class PostgresEngineTest extends EngineTest {
    private static final StorageKey KEY = StorageKey.bot("pg").chat(1).user(2).build();

    PostgresEngineTest() {
        super(Engine.POSTGRESQL);
    }

    /** What a read sees may not be on the standby yet; a commit waits until everything before it is. */
    @Test
    void aRepeatedEventIsConfirmedByACommit() {
        try (DatabaseInTest database = DatabaseInTest.of(engine)) {
            ObservedDataSource observed = new ObservedDataSource(database.pool());
            StateStorage storage = database.builder(observed.dataSource(), Duration.ofSeconds(20))
                    .build()
                    .stateStorage();
            Mutation once = Mutation.builder().state("A").eventId(EventId.of(1)).build();
            Applied applied = (Applied) Await.answer(storage.write(KEY, once));
            observed.beforeNextUpdate(() -> database.execute("UPDATE fsm_conversation SET version = version + 1"));
            Duplicate repeated = (Duplicate) Await.answer(storage.write(KEY, once));
            assertThat(repeated.current().version()).isEqualTo(applied.version() + 1);
            assertThat(Await.answer(storage.read(KEY)).version()).isEqualTo(applied.version() + 1);
        }
    }

    @Test
    void aUserWhoMayOnlyReadAndWriteDoesWithTheTablesThatAreThere() {
        try (DatabaseInTest database = DatabaseInTest.of(engine);
                HikariDataSource pool = restricted(database, "writer", "SELECT, INSERT, UPDATE, DELETE");
                BotDatabase opened = BotDatabase.builder(pool).createTables().build()) {
            assertThat(Await.answer(opened.stateStorage()
                            .write(KEY, Mutation.builder().state("A").build())))
                    .isInstanceOf(Applied.class);
        }
    }

    @Test
    void rowsThatMustNotBeDeletedAreReportedOnce() {
        Logger logger = (Logger) LoggerFactory.getLogger("io.botfsm.jdbc");
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.start();
        logger.addAppender(log);
        try (DatabaseInTest database = DatabaseInTest.of(engine);
                HikariDataSource pool = restricted(database, "keeper", "SELECT, INSERT, UPDATE");
                BotDatabase opened = BotDatabase.builder(pool).build()) {
            StateStorage storage = opened.stateStorage();
            for (int i = 0; i < 300; i++) {
                Await.answer(
                        storage.write(KEY, Mutation.builder().put("i", "" + i).build()));
            }
            Awaitility.await().atMost(20, TimeUnit.SECONDS).until(() -> warnings(log) > 0);
            assertThat(warnings(log)).isEqualTo(1);
            assertThat(log.list).anyMatch(event -> event.getFormattedMessage().contains("permission denied"));
        } finally {
            logger.detachAppender(log);
        }
    }

    private static long warnings(ListAppender<ILoggingEvent> log) {
        return log.list.stream().filter(event -> event.getLevel() == Level.WARN).count();
    }

    /** Connections of a user who has only these permissions on the tables. */
    private static HikariDataSource restricted(DatabaseInTest database, String user, String permissions) {
        database.execute("CREATE USER " + user);
        database.execute("REVOKE CREATE ON SCHEMA public FROM public");
        database.execute(
                "GRANT " + permissions + " ON fsm_conversation, fsm_lease, fsm_inbox, fsm_inbox_bot TO " + user);
        return Engine.pool(database.directUrl().replace("user=postgres", "user=" + user), 2);
    }
}
