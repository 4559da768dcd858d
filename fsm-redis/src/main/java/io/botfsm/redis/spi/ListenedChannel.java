package io.botfsm.redis.spi;

import io.botfsm.redis.spi.RedisPort.ChannelSubscription;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A channel and its listeners. Confined to one thread. */
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

    /** The server has been asked to send messages. */
    void ask() {
        asked = true;
    }

    boolean isAsked() {
        return asked;
    }

    /** The server sends messages from now on; earlier listeners may have missed one. */
    void begin() {
        begun = true;
        List.copyOf(listeners).forEach(ChannelListener::begin);
    }

    /** The server sends no more messages. */
    void interrupt() {
        asked = false;
        begun = false;
    }

    /** The server will not send messages for now: fails the listeners whose subscriptions have not begun. */
    void fail(RedisPortException why) {
        List.copyOf(listeners).forEach(listener -> listener.fail(why));
    }

    /** Notifies the listeners, since a message may have been missed, unless the server sends none yet. */
    void hintAfterInterruption() {
        if (begun) {
            hint();
        }
    }

    void hint() {
        List.copyOf(listeners).forEach(ChannelListener::hint);
    }

    /** A listener of a channel. Its hints run one after another; any thread may close it. */
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
         * @param onClose removes it from its channel
         */
        ChannelListener(
                Runnable hint, CompletableFuture<ChannelSubscription> begun, Consumer<ChannelListener> onClose) {
            this.hint = hint;
            this.begun = begun;
            this.onClose = onClose;
        }

        /** The server sends messages from now on. If it has sent some before, one may have been missed in between. */
        void begin() {
            if (!begun.complete(this)) {
                hint();
            }
        }

        /** Has no effect once the subscription has begun. */
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
                LOGGER.error("The listener of a subscription failed", e);
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
