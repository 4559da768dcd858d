package io.botfsm.integration.lock;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.botfsm.jdbc.BotDatabase;
import io.botfsm.lock.store.LeaseStore;
import io.botfsm.redis.BotRedis;
import io.botfsm.redis.lettuce.LettuceRedis;
import io.botfsm.storage.StateStorage;

/** The conversations and the leases at an address, with connections of their own. */
final class Backend implements AutoCloseable {
    private final StateStorage conversations;
    private final LeaseStore leases;
    private final Runnable end;

    private Backend(StateStorage conversations, LeaseStore leases, Runnable end) {
        this.conversations = conversations;
        this.leases = leases;
        this.end = end;
    }

    /** Connects to a Redis, or by JDBC to a database, where it creates the tables. */
    static Backend open(String uri) {
        if (!uri.startsWith("jdbc:")) {
            BotRedis redis = LettuceRedis.connect(uri);
            return new Backend(redis.stateStorage(), LettuceRedis.builder(uri).leaseStore(), redis::close);
        }
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(uri);
        config.setMaximumPoolSize(10);
        HikariDataSource pool = new HikariDataSource(config);
        BotDatabase database = BotDatabase.builder(pool).createTables().build();
        return new Backend(database.stateStorage(), database.leaseStore(), () -> {
            database.close();
            pool.close();
        });
    }

    StateStorage conversations() {
        return conversations;
    }

    LeaseStore leases() {
        return leases;
    }

    @Override
    public void close() {
        leases.close();
        conversations.close();
        end.run();
    }
}
