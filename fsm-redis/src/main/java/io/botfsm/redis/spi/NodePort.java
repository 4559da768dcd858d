package io.botfsm.redis.spi;

import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The port of one server through a client: its commands, subscriptions, scripts followed by a command, and closing.
 * Thread-safe.
 */
public abstract class NodePort extends CommandPort implements ClusterNode {
    private final ServerTarget target;
    private final Set<FollowedScripts> followed = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean closed = new AtomicBoolean();

    /** Creates a port to this server. */
    protected NodePort(ServerTarget target) {
        this.target = target;
    }

    /** Returns the server. */
    protected final ServerTarget target() {
        return target;
    }

    /**
     * Sends a command once, immediately.
     *
     * @param asking whether to send {@code ASKING} before it on the same connection
     */
    protected abstract CompletionStage<List<Object>> send(List<byte[]> command, boolean asking);

    /** Opens a connection for scripts that are followed by a command. */
    protected abstract FollowedScripts follow(List<byte[]> command, boolean asking);

    /** Closes the connections of this port's commands. Called once. */
    protected abstract void disconnect();

    @Override
    protected final CompletionStage<List<Object>> send(List<byte[]> command) {
        return send(command, false);
    }

    @Override
    public final CompletionStage<ChannelSubscription> subscribe(String channel, Runnable hint) {
        return target.subscriptions().subscribe(channel, hint);
    }

    @Override
    public final FollowedScripts followedBy(List<byte[]> command) {
        return followedBy(command, false);
    }

    private FollowedScripts followedBy(List<byte[]> command, boolean asking) {
        FollowedScripts scripts = new Registered(follow(command, asking), followed);
        followed.add(scripts);
        if (closed.get()) {
            scripts.close();
        }
        return scripts;
    }

    @Override
    public final RedisPort asking() {
        return new Asking();
    }

    @Override
    public final void close() {
        if (closed.compareAndSet(false, true)) {
            followed.forEach(FollowedScripts::close);
            disconnect();
            target.onClose().run();
        }
    }

    /** Scripts that are closed with the port at the latest, and do not keep it from being collected. */
    private static final class Registered implements FollowedScripts {
        private final FollowedScripts scripts;
        private final Set<FollowedScripts> registry;

        Registered(FollowedScripts scripts, Set<FollowedScripts> registry) {
            this.scripts = scripts;
            this.registry = registry;
        }

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
            registry.remove(this);
            scripts.close();
        }
    }

    /** This port with an {@code ASKING} before each command. */
    private final class Asking extends CommandPort {
        @Override
        protected CompletionStage<List<Object>> send(List<byte[]> command) {
            return NodePort.this.send(command, true);
        }

        @Override
        public CompletionStage<ChannelSubscription> subscribe(String channel, Runnable hint) {
            return NodePort.this.subscribe(channel, hint);
        }

        @Override
        public FollowedScripts followedBy(List<byte[]> command) {
            return NodePort.this.followedBy(command, true);
        }

        @Override
        public long connection() {
            return NodePort.this.connection();
        }

        @Override
        public void close() {
            NodePort.this.close();
        }
    }
}
