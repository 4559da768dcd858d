package io.botfsm.redis.spi;

import io.botfsm.redis.spi.RedisPort.Subscription;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One who listens to a channel. Its hints come one after another; closing is for any thread. */
final class ChannelListener implements Subscription {
    private static final Logger LOGGER = LoggerFactory.getLogger(RedisPort.class);

    private final Runnable hint;
    private final CompletableFuture<Subscription> begun;
    private final Consumer<ChannelListener> onClose;
    private volatile boolean closed;

    /**
     * A listener.
     *
     * @param begun completed when it is certain to be told
     * @param onClose takes it off its channel
     */
    ChannelListener(Runnable hint, CompletableFuture<Subscription> begun, Consumer<ChannelListener> onClose) {
        this.hint = hint;
        this.begun = begun;
        this.onClose = onClose;
    }

    /** The server sends messages from now on. If it did so before, there may have been one meanwhile. */
    void begin() {
        if (!begun.complete(this)) {
            hint();
        }
    }

    /** No effect once it has begun. */
    void fail(RedisPortException why) {
        begun.completeExceptionally(why);
    }

    void hint() {
        if (closed) {
            return;
        }
        try {
            hint.run();
        } catch (RuntimeException e) {
            LOGGER.error("a hint failed", e);
        }
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            onClose.accept(this);
        }
    }
}
