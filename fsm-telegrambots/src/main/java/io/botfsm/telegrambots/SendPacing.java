package io.botfsm.telegrambots;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * When the next message may leave: by the rates for all chats, for each chat and for each group, and by the 429s that
 * Telegram has answered. Keeps nothing of chats to which nothing was sent lately. Thread-safe; never waits.
 */
final class SendPacing {
    /** After as many sends chats that are idle are forgotten. */
    private static final int SENDS_BETWEEN_SWEEPS = 1_000;

    private final SendRate chatRate;
    private final SendRate groupRate;
    private final LongSupplier nanos;
    private final SendWindow all;
    private final Map<String, ChatPacing> chats = new HashMap<>();
    private long allPausedUntil;
    /** Where Telegram's latest answer was a 429. */
    private @Nullable ChatPacing refused;

    private int sends;

    SendPacing(SendRate rate, SendRate chatRate, SendRate groupRate, LongSupplier nanos) {
        this.chatRate = chatRate;
        this.groupRate = groupRate;
        this.nanos = nanos;
        this.all = new SendWindow(rate);
        this.allPausedUntil = nanos.getAsLong();
    }

    /** The chat, which is kept until {@link #leave}; one of its own each time for an empty name, which is none's. */
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
     * Takes places for so many messages, as many as a period has at most, if they are free now.
     *
     * @return how long until they are; not positive if they were taken
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

    /** How long until a message to this chat may leave. */
    synchronized Duration readyIn(String chat) {
        long now = now();
        ChatPacing known = chats.get(chat);
        return duration(known == null ? ofAll(now, 1) : Math.max(ofAll(now, 1), ofChat(known, now, 1)));
    }

    /** Whether the bot may send, and has half of its pace left. */
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
     * Telegram has answered 429. It does not say whether it means the chat or the bot: if another chat was answered so
     * just before, with no message taken in between and its time not over, it means the bot.
     *
     * @return whether it is taken for the bot's limit
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

    /** Telegram has taken a message. */
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
