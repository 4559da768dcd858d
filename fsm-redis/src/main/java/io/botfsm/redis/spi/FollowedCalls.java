package io.botfsm.redis.spi;

import io.botfsm.redis.spi.RedisPort.FollowedScripts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Scripts that are followed by a command, on their own connection. While the command is running, further scripts wait;
 * they are then sent together, followed by the command. Thread-safe.
 */
final class FollowedCalls implements FollowedScripts {
    private final ReconnectingConnection connection;
    private final List<byte[]> follower;
    private final boolean asking;
    private final Duration timeout;
    private final Object lock = new Object();
    private List<PendingScript> waiting = new ArrayList<>();
    private boolean underWay = true; // until there is a connection

    /**
     * Creates scripts over a connection that nothing else uses, and that is closed with them.
     *
     * @param follower name and arguments of the command that follows
     * @param asking whether to send {@code ASKING} before each script
     * @param timeout how long a call may take, waiting included
     */
    FollowedCalls(ReconnectingConnection connection, List<byte[]> follower, boolean asking, Duration timeout) {
        this.connection = connection;
        this.follower = List.copyOf(follower);
        this.asking = asking;
        this.timeout = timeout;
        var unused = connection.ready().thenRun(this::sendWaiting);
    }

    @Override
    public CompletionStage<List<Object>> evalsha(String sha, List<byte[]> keys, List<byte[]> args) {
        return call(CommandPort.evalshaCommand(sha, keys, args));
    }

    @Override
    public CompletionStage<List<Object>> eval(byte[] script, List<byte[]> keys, List<byte[]> args) {
        return call(CommandPort.evalCommand(script, keys, args));
    }

    private CompletionStage<List<Object>> call(List<byte[]> command) {
        PendingScript call = new PendingScript(command);
        synchronized (lock) {
            waiting.add(call);
            if (underWay && !connection.isClosed()) {
                return call.orTimeout(timeout.toNanos(), TimeUnit.NANOSECONDS);
            }
            underWay = true;
        }
        sendWaiting();
        return call.orTimeout(timeout.toNanos(), TimeUnit.NANOSECONDS);
    }

    private void sendWaiting() {
        List<PendingScript> calls = taken();
        while (!calls.isEmpty()) {
            ServerConnection now = connection.current();
            if (now != null) {
                send(calls, now);
                return;
            }
            calls.forEach(call -> call.completeExceptionally(connection.unavailable()));
            calls = taken();
        }
    }

    /** Takes the waiting calls that have not timed out. If there are none, the next call has to send itself. */
    private List<PendingScript> taken() {
        synchronized (lock) {
            List<PendingScript> calls =
                    waiting.stream().filter(PendingScript::take).toList();
            waiting = new ArrayList<>();
            underWay = !calls.isEmpty();
            return calls;
        }
    }

    private void send(List<PendingScript> calls, ServerConnection now) {
        List<List<byte[]>> commands = new ArrayList<>();
        for (PendingScript call : calls) {
            if (asking) {
                commands.add(CommandPort.ASKING);
            }
            commands.add(call.command);
        }
        commands.add(follower);
        List<CompletableFuture<List<Object>>> replies = now.sendTogether(commands);
        CompletableFuture<List<Object>> followed = replies.get(replies.size() - 1);
        int step = asking ? 2 : 1;
        for (int i = 0; i < calls.size(); i++) {
            calls.get(i).endWith(replies.get((i + 1) * step - 1), followed);
        }
        var unused = followed.whenComplete((after, missing) -> sendWaiting());
    }

    private static List<Object> withFollowerReply(
            List<Object> reply, @Nullable List<Object> after, @Nullable Throwable missing) {
        List<Object> all = new ArrayList<>(reply);
        all.add(after != null ? after : missing);
        return all;
    }

    @Override
    public void close() {
        connection.close();
        sendWaiting();
    }

    /** A script that waits to be sent, or for its reply. */
    private static final class PendingScript extends CompletableFuture<List<Object>> {
        private final List<byte[]> command;
        private final AtomicBoolean taken = new AtomicBoolean();

        PendingScript(List<byte[]> command) {
            this.command = command;
        }

        /** Claims the script, to send it or to time it out. Returns whether it was not claimed before. */
        boolean take() {
            return taken.compareAndSet(false, true);
        }

        /** Completes when both have completed, or the script has failed. */
        void endWith(CompletableFuture<List<Object>> script, CompletableFuture<List<Object>> follower) {
            var unused = script.whenComplete((reply, failure) -> {
                if (failure != null) {
                    completeExceptionally(failure);
                } else {
                    var unusedToo = follower.whenComplete(
                            (after, missing) -> complete(withFollowerReply(reply, after, missing)));
                }
            });
        }

        @Override
        public boolean completeExceptionally(Throwable failure) {
            if (failure instanceof TimeoutException) {
                return super.completeExceptionally(
                        take() ? RedisPortException.notSent(failure) : RedisPortException.outcomeUnknown(failure));
            }
            return super.completeExceptionally(failure);
        }
    }
}
