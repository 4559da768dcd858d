package io.botfsm.redis.jedis;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static redis.clients.jedis.Protocol.Command.CLUSTER;
import static redis.clients.jedis.Protocol.Command.CONFIG;
import static redis.clients.jedis.Protocol.Command.EVAL;
import static redis.clients.jedis.Protocol.Command.EVALSHA;
import static redis.clients.jedis.Protocol.Command.HGETALL;
import static redis.clients.jedis.Protocol.Command.INFO;
import static redis.clients.jedis.Protocol.Command.SCRIPT;

import io.botfsm.redis.spi.ClusterNode;
import io.botfsm.redis.spi.CommandTimeouts;
import io.botfsm.redis.spi.RedisPort;
import io.botfsm.redis.spi.RedisPortException;
import io.botfsm.redis.spi.Subscriptions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.commands.ProtocolCommand;

/** The port on Jedis: blocking calls on threads of its own. */
final class JedisPort implements ClusterNode {
    private static final byte[] GET = "GET".getBytes(US_ASCII);
    private static final byte[] LOAD = "LOAD".getBytes(US_ASCII);
    private static final byte[] SLOTS = "SLOTS".getBytes(US_ASCII);

    private final Connections connections;
    private final Threads threads;
    private final Handover handover;
    private final Duration timeout;
    private final CommandTimeouts timeouts;
    private final Subscriptions subscriptions;
    private final Function<CommandArguments, JedisPort> followed;
    private final Optional<CommandArguments> follower;
    private final Consumer<RedisPort> onClose;
    private final Set<JedisPort> open;
    private final AtomicBoolean closed;
    private final boolean asking;

    /**
     * A port.
     *
     * @param followed opens a port with connections of its own, whose every command another one follows
     * @param follower follows every command of this one
     * @param onClose told this port when it is closed
     */
    JedisPort(
            Connections connections,
            Threads threads,
            Duration timeout,
            Subscriptions subscriptions,
            Function<CommandArguments, JedisPort> followed,
            Optional<CommandArguments> follower,
            Consumer<RedisPort> onClose) {
        this.connections = connections;
        this.threads = threads;
        this.handover = new Handover(threads);
        this.timeout = timeout;
        this.timeouts = new CommandTimeouts(timeout, threads.clock());
        this.subscriptions = subscriptions;
        this.followed = followed;
        this.follower = follower;
        this.onClose = onClose;
        this.open = ConcurrentHashMap.newKeySet();
        this.closed = new AtomicBoolean();
        this.asking = false;
    }

    /** The same with an {@code ASKING} before each command. */
    private JedisPort(JedisPort of) {
        this.connections = of.connections;
        this.threads = of.threads;
        this.handover = of.handover;
        this.timeout = of.timeout;
        this.timeouts = of.timeouts;
        this.subscriptions = of.subscriptions;
        this.followed = of.followed;
        this.follower = of.follower;
        this.onClose = of.onClose;
        this.open = of.open;
        this.closed = of.closed;
        this.asking = true;
    }

    @Override
    public CompletionStage<List<byte[]>> hgetall(byte[] key) {
        return send(new CommandArguments(HGETALL).key(key), JedisReply::flat);
    }

    @Override
    public CompletionStage<List<Object>> evalsha(String sha, List<byte[]> keys, List<byte[]> args) {
        return send(script(new CommandArguments(EVALSHA).add(sha), keys, args), this::scriptReply);
    }

    @Override
    public CompletionStage<List<Object>> eval(byte[] script, List<byte[]> keys, List<byte[]> args) {
        return send(script(new CommandArguments(EVAL).add(script), keys, args), this::scriptReply);
    }

    private List<Object> scriptReply(@Nullable Object reply) {
        return follower.isEmpty() ? JedisReply.list(reply) : JedisReply.followed(reply);
    }

    private static CommandArguments script(CommandArguments command, List<byte[]> keys, List<byte[]> args) {
        command.add(keys.size());
        for (byte[] key : keys) {
            command.key(key);
        }
        for (byte[] arg : args) {
            command.add(arg);
        }
        return command;
    }

    @Override
    public CompletionStage<String> scriptLoad(byte[] script) {
        return send(new CommandArguments(SCRIPT).add(LOAD).add(script), JedisReply::text);
    }

    @Override
    public CompletionStage<String> info(String section) {
        return send(new CommandArguments(INFO).add(section), JedisReply::text);
    }

    @Override
    public CompletionStage<List<byte[]>> configGet(String pattern) {
        return send(new CommandArguments(CONFIG).add(GET).add(pattern), JedisReply::flat);
    }

    @Override
    public CompletionStage<Subscription> subscribe(String channel, Runnable hint) {
        return closed.get()
                ? CompletableFuture.failedFuture(RedisPortException.closed())
                : subscriptions.subscribe(channel, hint);
    }

    @Override
    public FollowedScripts followedBy(List<byte[]> command) {
        ProtocolCommand name = () -> command.get(0);
        CommandArguments follower = new CommandArguments(name);
        command.stream().skip(1).forEach(follower::add);
        JedisPort own = followed.apply(follower);
        open.add(own);
        if (closed.get()) {
            own.close();
        }
        JedisPort scripts = asking ? own.asking() : own;
        return new FollowedScripts() {
            @Override
            public CompletionStage<List<Object>> evalsha(String sha, List<byte[]> keys, List<byte[]> args) {
                return scripts.evalsha(sha, keys, args);
            }

            @Override
            public CompletionStage<List<Object>> eval(byte[] script, List<byte[]> keys, List<byte[]> args) {
                return scripts.eval(script, keys, args);
            }

            @Override
            public void close() {
                open.remove(own);
                own.close();
            }
        };
    }

    @Override
    public long connection() {
        return connections.number();
    }

    @Override
    public CompletionStage<List<Object>> clusterSlots() {
        return send(new CommandArguments(CLUSTER).add(SLOTS), JedisReply::list);
    }

    @Override
    public JedisPort asking() {
        return new JedisPort(this);
    }

    /** Always: a connection is opened when a command needs one. */
    @Override
    public CompletionStage<Void> ready() {
        return CompletableFuture.completedFuture(null);
    }

    private <T> CompletionStage<T> send(CommandArguments command, Function<@Nullable Object, T> decode) {
        JedisCall<T> call = new JedisCall<>(connections, handover, timeout, command, asking, follower, decode);
        timeouts.begin(call);
        handover.begin(call);
        return call;
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            onClose.accept(this);
            open.forEach(JedisPort::close);
            threads.stopCalls();
            handover.close();
            connections.close();
            var unused = subscriptions.close().whenComplete((done, failure) -> threads.stopClock());
        }
    }
}
