package io.botfsm.redis.jedis;

import io.botfsm.redis.spi.RedisPortException;
import io.botfsm.redis.spi.Subscriptions;
import io.botfsm.redis.spi.blocking.PortThreads;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Connection;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.exceptions.JedisException;

/** A connection for subscriptions, and the thread that reads from it. */
final class JedisChannels implements Subscriptions.Channels {
    /**
     * How long to wait for a listener. Whoever opened the connection listens immediately, unless the port was closed in
     * the meantime.
     */
    private static final Duration UNWANTED = Duration.ofSeconds(5);

    private final Connection connection;

    /**
     * The commands that are not answered yet. Answers arrive in the order of the commands, with messages in between.
     */
    private final Queue<CompletableFuture<Void>> pendingAnswers = new ConcurrentLinkedQueue<>();

    private final CountDownLatch listening = new CountDownLatch(1);
    private final AtomicBoolean over = new AtomicBoolean();
    private volatile Consumer<String> onMessage = channel -> {};
    private volatile Runnable onLost = () -> {};

    private JedisChannels(Connection connection) {
        this.connection = connection;
    }

    /** Opens a connection on the thread that will read from it. */
    static CompletionStage<Subscriptions.Channels> open(Supplier<Connection> opener) {
        CompletableFuture<Subscriptions.Channels> opened = new CompletableFuture<>();
        PortThreads.daemon(() -> openAndRead(opener, opened), "fsm-jedis-subscriptions")
                .start();
        return opened;
    }

    private static void openAndRead(Supplier<Connection> opener, CompletableFuture<Subscriptions.Channels> opened) {
        JedisChannels channels;
        try {
            Connection connection = opener.get();
            connection.setSoTimeout(0);
            channels = new JedisChannels(connection);
        } catch (RuntimeException e) {
            opened.completeExceptionally(
                    e instanceof JedisException failure
                            ? PooledConnections.refused(failure)
                            : RedisPortException.notSent(e));
            return;
        }
        opened.complete(channels);
        channels.read();
    }

    @Override
    public void listen(Consumer<String> toMessages, Runnable toLoss) {
        onMessage = toMessages;
        onLost = toLoss;
        listening.countDown();
    }

    private void read() {
        try {
            if (!listening.await(UNWANTED.toMillis(), TimeUnit.MILLISECONDS)) {
                end();
            }
            while (!over.get()) {
                readOne();
            }
        } catch (JedisException | InterruptedException e) {
            end();
        }
    }

    private void readOne() {
        Object reply;
        try {
            reply = connection.getUnflushedObject();
        } catch (JedisException e) {
            if (!JedisCall.isServerError(e)) {
                throw e;
            }
            answered(RedisPortException.ofServerError(String.valueOf(e.getMessage())));
            return;
        }
        if (reply instanceof List<?> push
                && push.size() == 3
                && JedisReply.text(push.get(0)).equals("message")) {
            onMessage.accept(JedisReply.text(push.get(1)));
        } else {
            answered(null);
        }
    }

    private void answered(@Nullable RedisPortException error) {
        CompletableFuture<Void> question = pendingAnswers.poll();
        if (question == null) {
            return;
        }
        if (error == null) {
            question.complete(null);
        } else {
            question.completeExceptionally(error);
        }
    }

    @Override
    public CompletionStage<Void> subscribe(String channel) {
        return ask(new CommandArguments(Command.SUBSCRIBE).add(channel));
    }

    @Override
    public void unsubscribe(String channel) {
        var unused = ask(new CommandArguments(Command.UNSUBSCRIBE).add(channel));
    }

    @Override
    public CompletionStage<Void> ping() {
        return ask(new CommandArguments(Command.PING));
    }

    private CompletionStage<Void> ask(CommandArguments question) {
        CompletableFuture<Void> answer = new CompletableFuture<>();
        pendingAnswers.add(answer);
        if (!over.get()) {
            send(question);
        }
        if (over.get()) {
            JedisVersions.disconnect(connection); // sending reconnects if the connection was closed in the meantime
            fail();
        }
        return answer;
    }

    private void send(CommandArguments question) {
        try {
            connection.sendCommand(question);
            connection.getMany(0); // flushes
        } catch (RuntimeException e) {
            end();
        }
    }

    /** Closes the connection and reports its loss, once. */
    private void end() {
        if (over.compareAndSet(false, true)) {
            JedisVersions.disconnect(connection);
            onLost.run();
        }
        fail();
    }

    private void fail() {
        for (CompletableFuture<Void> one = pendingAnswers.poll(); one != null; one = pendingAnswers.poll()) {
            one.completeExceptionally(RedisPortException.outcomeUnknown(null));
        }
    }

    @Override
    public CompletionStage<Void> close() {
        over.set(true);
        listening.countDown();
        JedisVersions.disconnect(connection);
        fail();
        return CompletableFuture.completedFuture(null);
    }
}
