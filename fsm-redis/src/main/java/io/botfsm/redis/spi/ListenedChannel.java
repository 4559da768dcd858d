package io.botfsm.redis.spi;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

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
}
