package io.botfsm.redis.jedis;

import io.botfsm.redis.spi.CommandTimeouts;
import io.botfsm.redis.spi.MasterResolver;
import io.botfsm.redis.spi.RedisUri.Node;
import io.botfsm.redis.spi.blocking.PortThreads;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Connection;
import redis.clients.jedis.DefaultJedisSocketFactory;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.JedisSocketFactory;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisException;

/** Opens sockets to the server that Sentinels report as the master at that time. Thread-safe. */
final class MasterSockets implements JedisSocketFactory {
    private final List<Node> sentinels;
    private final String master;
    private final JedisClientConfig toSentinels;
    private final JedisClientConfig toMaster;
    private final CommandTimeouts timeouts;
    private final Duration timeout;

    private final Object lock = new Object();
    private @Nullable CompletableFuture<Node> asking;

    /**
     * Creates a factory, without asking any Sentinel.
     *
     * @param master the name of the master
     * @param timeouts ends queries that a Sentinel does not answer
     * @param timeout how long to wait for the Sentinels' answers
     */
    MasterSockets(
            List<Node> sentinels,
            String master,
            JedisClientConfig toSentinels,
            JedisClientConfig toMaster,
            CommandTimeouts timeouts,
            Duration timeout) {
        this.sentinels = sentinels;
        this.master = master;
        this.toSentinels = toSentinels;
        this.toMaster = toMaster;
        this.timeouts = timeouts;
        this.timeout = timeout;
    }

    @Override
    public Socket createSocket() {
        Node node = master();
        return new DefaultJedisSocketFactory(new HostAndPort(node.host(), node.port()), toMaster).createSocket();
    }

    private Node master() {
        try {
            return asked().get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            throw new JedisConnectionException("interrupted", e);
        } catch (ExecutionException | TimeoutException e) {
            throw new JedisConnectionException("no Sentinel reported the address of the master", e);
        }
    }

    /** Connections that are opened at the same time ask together. */
    private CompletableFuture<Node> asked() {
        synchronized (lock) {
            if (asking == null || asking.isDone()) {
                asking = MasterResolver.master(sentinels, master, this::ask).toCompletableFuture();
            }
            return asking;
        }
    }

    /** Asks on a separate thread, so that a silent Sentinel blocks nothing else. */
    private CompletionStage<List<Object>> ask(Node sentinel) {
        CompletableFuture<List<Object>> answer = new CompletableFuture<>();
        Runnable question = () -> {
            try {
                JedisSocketFactory sockets =
                        new DefaultJedisSocketFactory(new HostAndPort(sentinel.host(), sentinel.port()), toSentinels);
                answer.complete(TimedSockets.use(sockets, timeouts, this::answer));
            } catch (JedisException e) {
                answer.completeExceptionally(PooledConnections.refused(e));
            } catch (RuntimeException e) {
                answer.completeExceptionally(e);
            }
        };
        PortThreads.daemon(question, "fsm-jedis-sentinel").start();
        return answer;
    }

    private List<Object> answer(JedisSocketFactory sentinel) {
        try (Connection connection = new Connection(sentinel, toSentinels)) {
            return JedisReply.list(connection.executeCommand(new CommandArguments(Command.SENTINEL)
                    .add("GET-MASTER-ADDR-BY-NAME")
                    .add(master)));
        }
    }
}
