package io.botfsm.redis.spi;

import io.botfsm.redis.spi.RedisPort.ChannelSubscription;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A channel and those who listen to it. One thread only. */
final class ListenedChannel {
    private final String name;
    private final Set<ChannelListener> listeners = new LinkedHashSet<>();
    private boolean asked;
    private boolean begun;

    ListenedChannel(String name) {
        this.name = name;
    }

    String name() {
        return name;
    }

    boolean isEmpty() {
        return listeners.isEmpty();
    }

    void add(ChannelListener listener) {
        listeners.add(listener);
        if (begun) {
            listener.begin();
        }
    }

    boolean remove(ChannelListener listener) {
        return listeners.remove(listener);
    }

    /** The server is asked for messages. */
    void ask() {
        asked = true;
    }

    boolean isAsked() {
        return asked;
    }

    /** The server sends messages from now on; those who listened before may have missed one. */
    void begin() {
        begun = true;
        List.copyOf(listeners).forEach(ChannelListener::begin);
    }

    /** The server sends no more messages. */
    void interrupt() {
        asked = false;
        begun = false;
    }

    /** The server will send no messages for now: ends those who have waited for the beginning. */
    void fail(RedisPortException why) {
        List.copyOf(listeners).forEach(listener -> listener.fail(why));
    }

    /** A message may have been missed, unless the server sends none yet. */
    void hintAfterInterruption() {
        if (begun) {
            hint();
        }
    }

    void hint() {
        List.copyOf(listeners).forEach(ChannelListener::hint);
    }

    /** One who listens to a channel. Its hints come one after another; closing is for any thread. */
    static final class ChannelListener implements ChannelSubscription {
        private static final Logger LOGGER = LoggerFactory.getLogger(ListenedChannel.class.getPackageName());

        private final Runnable hint;
        private final CompletableFuture<ChannelSubscription> begun;
        private final Consumer<ChannelListener> onClose;
        private volatile boolean closed;

        /**
         * A listener.
         *
         * @param begun completed when the listener is certain to be notified
         * @param onClose takes it off its channel
         */
        ChannelListener(
                Runnable hint, CompletableFuture<ChannelSubscription> begun, Consumer<ChannelListener> onClose) {
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
                LOGGER.error("A hint of a subscription has failed", e);
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
}
