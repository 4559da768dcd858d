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
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Where the bot keeps its conversations while it runs, and what has to be closed with it.
 *
 * @param leases where the one active instance is known; the same each time
 * @param server the Redis that the bots on this machine run together, if it is that
 */
record OpenStorage(StateStorage states, LeaseStore leases, Runnable end, Optional<EmbeddedRedis> server)
        implements AutoCloseable {
    /**
     * Opens what the option asks for.
     *
     * @param data where an embedded Redis keeps its files
     * @throws io.botfsm.storage.FsmException if the storage cannot be reached
     * @throws IOException if an embedded Redis cannot be had
     * @throws IllegalArgumentException if the option is no address
     */
    static OpenStorage open(String option, Path data) throws IOException {
        if (option.equals("memory")) {
            StateStorage states = new MemoryStateStorage();
            return new OpenStorage(states, new MemoryLeaseStore(), states::close, Optional.empty());
        }
        if (!option.equals("embedded")) {
            return redis(option, Optional.empty());
        }
        EmbeddedRedis server = EmbeddedRedis.join(data);
        try {
            return redis(String.format(Locale.ROOT, "redis://127.0.0.1:%d/1", server.port()), Optional.of(server));
        } catch (RuntimeException e) {
            server.close();
            throw e;
        }
    }

    private static OpenStorage redis(String uri, Optional<EmbeddedRedis> server) {
        BotRedis redis = LettuceRedis.connect(uri);
        try {
            return new OpenStorage(redis.stateStorage(), redis.leaseStore(), redis::close, server);
        } catch (RuntimeException e) {
            redis.close();
            throw e;
        }
    }

    /** Tries to bring it back after a failure, where that is in our hands. */
    void revive() throws IOException {
        if (server.isPresent()) {
            server.get().revive();
        }
    }

    @Override
    public void close() {
        end.run();
        server.ifPresent(EmbeddedRedis::close);
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
        Path folder = Objects.requireNonNull(file.toAbsolutePath().normalize().getParent(), "a file is in a folder");
        return switch (option) {
            case "memory" -> "memory";
            case "embedded" ->
                "embedded in " + folder.relativize(data.toAbsolutePath().normalize());
            default -> id(RedisUri.parse(option));
        };
    }

    private static String id(RedisUri uri) {
        String server = uri.masterName()
                .map(name -> "master " + name)
                .or(uri::socket)
                .orElseGet(
                        () -> uri.nodes().stream().map(RedisUri.Node::toString).collect(Collectors.joining(",")));
        return String.format(Locale.ROOT, "redis %s/%d", server, uri.database());
    }
}
