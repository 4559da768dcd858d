package io.botfsm.telegrambots;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Determines when the next message may be sent, by the rates for all chats, for each chat and for each group, and by
 * Telegram's 429s. Forgets chats to which nothing was sent lately. Thread-safe; never waits.
 */
final class SendPacing {
    /** The number of sends after which idle chats are forgotten. */
    private static final int SENDS_BETWEEN_SWEEPS = 1_000;

    private final SendRate chatRate;
    private final SendRate groupRate;
    private final LongSupplier nanos;
    private final SendWindow all;
    private final Map<String, ChatPacing> chats = new HashMap<>();
    private long allPausedUntil;
    /** The chat of the latest 429, unless a message was accepted since. */
    private @Nullable ChatPacing refused;

    private int sends;

    SendPacing(SendRate rate, SendRate chatRate, SendRate groupRate, LongSupplier nanos) {
        this.chatRate = chatRate;
        this.groupRate = groupRate;
        this.nanos = nanos;
        this.all = new SendWindow(rate);
        this.allPausedUntil = nanos.getAsLong();
    }

    /**
     * Returns a chat, which is kept until {@link #leave}. The empty name stands for no chat: each call returns a new
     * object.
     */
    synchronized ChatPacing enter(String chat) {
        if (chat.isEmpty()) {
            return new ChatPacing(chat, List.of(), now());
        }
        ChatPacing entered = chats.computeIfAbsent(chat, unknown -> new ChatPacing(chat, windows(chat), now()));
        entered.users++;
        return entered;
    }

    private long now() {
        return nanos.getAsLong();
    }

    private List<SendWindow> windows(String chat) {
        SendWindow ofChat = new SendWindow(chatRate);
        boolean isPrivate = Character.isDigit(chat.charAt(0)); // groups and channels have negative ids, or an @name
        return isPrivate ? List.of(ofChat) : List.of(ofChat, new SendWindow(groupRate));
    }

    synchronized void leave(ChatPacing chat) {
        chat.users--;
    }

    /**
     * Reserves room for this many messages, or for as many as a period allows, if there is room now.
     *
     * @return the time until there is room; not positive if it was reserved
     */
    synchronized long take(ChatPacing chat, int messages) {
        long now = now();
        long wait = Math.max(ofAll(now, messages), ofChat(chat, now, messages));
        if (wait <= 0) {
            all.record(now, messages);
            chat.windows.forEach(window -> window.record(now, messages));
            sweep(now);
        }
        return wait;
    }

    private void sweep(long now) {
        if (++sends % SENDS_BETWEEN_SWEEPS == 0) {
            chats.values().removeIf(chat -> chat.isIdle(now));
        }
    }

    private long ofAll(long now, int messages) {
        return Math.max(all.timeLeft(now, messages), allPausedUntil - now);
    }

    private static long ofChat(ChatPacing chat, long now, int messages) {
        long wait = chat.pausedUntil - now;
        for (SendWindow window : chat.windows) {
            wait = Math.max(wait, window.timeLeft(now, messages));
        }
        return wait;
    }

    /** Returns the time until a message to this chat may be sent. */
    synchronized Duration readyIn(String chat) {
        long now = now();
        ChatPacing known = chats.get(chat);
        return duration(known == null ? ofAll(now, 1) : Math.max(ofAll(now, 1), ofChat(known, now, 1)));
    }

    /** Whether the bot may send, and more than half of its rate is unused. */
    synchronized boolean hasRoom() {
        long now = now();
        return allPausedUntil - now <= 0 && all.isHalfFree(now);
    }

    /** Whether Telegram's 429s are a reason to wait. */
    synchronized boolean isPaused(String chat) {
        long now = now();
        ChatPacing known = chats.get(chat);
        return allPausedUntil - now > 0 || (known != null && known.pausedUntil - now > 0);
    }

    private static Duration duration(long wait) {
        return Duration.ofNanos(Math.max(0, wait));
    }

    /**
     * Records a 429. Telegram does not say whether it limits the chat or the bot: it is the bot if another chat got the
     * 429 before it, no message was accepted in between, and the wait of that chat is not over.
     *
     * @return whether it is treated as the bot's limit
     */
    synchronized boolean refused(ChatPacing chat, Duration wait) {
        long now = now();
        ChatPacing before = refused;
        boolean isOfBot = before != null && before != chat && before.pausedUntil - now > 0;
        chat.pausedUntil = later(chat.pausedUntil, now + wait.toNanos());
        if (isOfBot) {
            allPausedUntil = later(allPausedUntil, now + wait.toNanos());
        }
        refused = chat;
        return isOfBot;
    }

    private static long later(long one, long other) {
        return one - other > 0 ? one : other;
    }

    /** Records that Telegram has accepted a message. */
    synchronized void taken() {
        refused = null;
    }

    /** Whether a message to the chat is under way, for tests. */
    synchronized boolean isSending(String chat) {
        ChatPacing known = chats.get(chat);
        return known != null && known.order.isLocked();
    }

    /** How many chats are kept, for tests. */
    synchronized int chats() {
        return chats.size();
    }
}
