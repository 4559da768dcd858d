package io.botfsm.examples.snippets;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.Conversation;
import io.botfsm.Fsm;
import io.botfsm.Handled;
import io.botfsm.jdbc.BotDatabase;
import io.botfsm.lock.AcquireResult;
import io.botfsm.lock.InstanceLock;
import io.botfsm.lock.store.Acquisition;
import io.botfsm.lock.store.Claim;
import io.botfsm.lock.store.LeaseRequest;
import io.botfsm.lock.store.LeaseStore;
import io.botfsm.storage.EventId;
import io.botfsm.storage.StorageKey;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcConnectionPool;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DatabasesTest {
    private static final StorageKey KEY = StorageKey.bot(1).chat(2).user(3).build();

    private final JdbcConnectionPool pool = JdbcConnectionPool.create("jdbc:h2:mem:databases", "sa", "");

    @AfterEach
    void stop() {
        pool.dispose();
    }

    @Test
    void conversationsOutliveTheProgram() {
        assertThat(run(pool, 1).state()).hasValue("AGE");
        assertThat(run(pool, 2).state()).hasValue("AGE");
    }

    private static Conversation run(DataSource dataSource, long updateId) {
        // snippet: database
        try (BotDatabase database = BotDatabase.builder(dataSource)
                .createTables() // or by the tool that migrates your database
                .ttl(Duration.ofDays(30))
                .build()) {
            Fsm fsm = Fsm.builder(database.stateStorage()).build();
            Handled<?> handled = fsm.handle(KEY, EventId.of(updateId), turn -> turn.state("AGE"));
            return handled.now();
        }
        // end
    }

    private static InstanceLock lock(DataSource forLeases) {
        // snippet: database-lock
        BotDatabase leases = BotDatabase.builder(forLeases).build(); // a pool of two connections
        InstanceLock lock =
                InstanceLock.builder(leases.leaseStore(), "pizza-bot").build();
        // end
        return lock;
    }

    @Test
    void aLockThatAnotherHoldsIsSeen() {
        try (BotDatabase database = BotDatabase.builder(pool).createTables().build();
                LeaseStore other = database.leaseStore();
                InstanceLock lock = lock(pool)) {
            LeaseRequest request = new LeaseRequest(
                    "pizza-bot", new Claim("token", "host-b 7 0"), Duration.ofMinutes(1), 0, LeaseStore.Fences.KEPT);
            assertThat(other.acquire(request).toCompletableFuture().join()).isInstanceOf(Acquisition.Granted.class);
            assertThat(lock.tryAcquire())
                    .isInstanceOfSatisfying(
                            AcquireResult.HeldBy.class,
                            held -> assertThat(held.holder().host()).isEqualTo("host-b"));
        }
    }

    // snippet: database-order
    static void order(Fsm fsm, DataSource dataSource, StorageKey key, long updateId, String pizza) throws SQLException {
        fsm.handle(key, EventId.of(updateId), turn -> turn.put("pizza", pizza).state("PLACED"));
        try (Connection connection = dataSource.getConnection();
                PreparedStatement insert = connection.prepareStatement("INSERT INTO orders (update_id, pizza)"
                        + " SELECT ?, ? WHERE NOT EXISTS (SELECT 1 FROM orders WHERE update_id = ?)")) {
            connection.setAutoCommit(true); // in case the pool is set otherwise
            insert.setLong(1, updateId); // the primary key, so that a repeated update orders nothing more
            insert.setString(2, pizza);
            insert.setLong(3, updateId);
            insert.executeUpdate();
        }
    }
    // end

    @Test
    void aRepeatedUpdateOrdersOnce() throws SQLException {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement();
                BotDatabase database = BotDatabase.builder(pool).createTables().build()) {
            statement.execute("CREATE TABLE orders (update_id bigint PRIMARY KEY, pizza varchar(100))");
            Fsm fsm = Fsm.builder(database.stateStorage()).build();
            order(fsm, pool, KEY, 7, "small");
            order(fsm, pool, KEY, 7, "small");
            try (ResultSet orders = statement.executeQuery("SELECT count(*) FROM orders")) {
                orders.next();
                assertThat(orders.getInt(1)).isEqualTo(1);
            }
        }
    }
}
