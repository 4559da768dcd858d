package io.botfsm.examples.onboarding.program;

import io.botfsm.examples.onboarding.embedded.EmbeddedRedis;
import io.botfsm.lock.store.LeaseStore;
import io.botfsm.lock.store.MemoryLeaseStore;
import io.botfsm.memory.MemoryStateStorage;
import io.botfsm.redis.BotRedis;
import io.botfsm.redis.lettuce.LettuceRedis;
import io.botfsm.redis.spi.RedisUri;
import io.botfsm.storage.StateStorage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;

/** Where the bot keeps its conversations while it runs, and what has to be closed with it. */
interface OpenStorage extends AutoCloseable {
    StateStorage states();

    /** Where the one active instance is known; the same each time. */
    LeaseStore leases();

    /** Tries to bring it back after a failure, where that is in our hands. */
    default void revive() throws IOException {}

    @Override
    void close();

    /**
     * Opens what the option asks for.
     *
     * @param data where an embedded Redis keeps its files
     * @throws io.botfsm.storage.FsmException if the storage cannot be reached
     * @throws IOException if an embedded Redis cannot be had
     * @throws IllegalArgumentException if the option is no address
     */
    static OpenStorage open(String option, Path data) throws IOException {
        return switch (option) {
            case "memory" -> new InMemory(new MemoryStateStorage(), new MemoryLeaseStore());
            case "embedded" -> openEmbedded(data);
            default -> InRedis.over(LettuceRedis.connect(option));
        };
    }

    private static OpenStorage openEmbedded(Path data) throws IOException {
        EmbeddedRedis server = EmbeddedRedis.join(data);
        try {
            return new InEmbeddedRedis(
                    server,
                    InRedis.over(
                            LettuceRedis.connect(String.format(Locale.ROOT, "redis://127.0.0.1:%d/1", server.port()))));
        } catch (RuntimeException e) {
            server.close();
            throw e;
        }
    }

    /**
     * What tells this storage from others, also when it has lost everything: for a Redis its address, without
     * credentials.
     *
     * @param data as for {@link #open}
     * @param file what the embedded Redis is found from, so that both may move together
     * @throws IllegalArgumentException if the option is no address
     */
    static String id(String option, Path data, Path file) {
        return switch (option) {
            case "memory" -> "memory";
            case "embedded" ->
                "embedded in " + folderOf(file).relativize(data.toAbsolutePath().normalize());
            default -> id(RedisUri.parse(option));
        };
    }

    private static Path folderOf(Path file) {
        return Objects.requireNonNull(file.toAbsolutePath().normalize().getParent(), "a file is in a folder");
    }

    private static String id(RedisUri uri) {
        String server = uri.masterName()
                .map(name -> "master " + name)
                .or(uri::socket)
                .orElseGet(
                        () -> uri.nodes().stream().map(RedisUri.Node::toString).collect(Collectors.joining(",")));
        return String.format(Locale.ROOT, "redis %s/%d", server, uri.database());
    }

    /** Ends with the process. */
    record InMemory(StateStorage states, LeaseStore leases) implements OpenStorage {
        @Override
        public void close() {
            states.close();
        }
    }

    /** In a Redis that somebody runs. */
    record InRedis(BotRedis redis, StateStorage states, LeaseStore leases) implements OpenStorage {
        static InRedis over(BotRedis redis) {
            try {
                return new InRedis(redis, redis.stateStorage(), redis.leaseStore());
            } catch (RuntimeException e) {
                redis.close();
                throw e;
            }
        }

        @Override
        public void close() {
            redis.close();
        }
    }

    /** In a Redis that the bots on this machine run together. */
    record InEmbeddedRedis(EmbeddedRedis server, InRedis redis) implements OpenStorage {
        @Override
        public StateStorage states() {
            return redis.states();
        }

        @Override
        public LeaseStore leases() {
            return redis.leases();
        }

        @Override
        public void revive() throws IOException {
            server.revive();
        }

        @Override
        public void close() {
            redis.close();
            server.close();
        }
    }
}
