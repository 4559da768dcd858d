package io.botfsm.telegrambots;

import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/** The senders and the pace of one chat. All fields except the locks are guarded by {@link SendPacing}. */
final class ChatPacing {
    /** Taken for a whole message, in the order of arrival. */
    final ReentrantLock order = new ReentrantLock(true);

    /** Taken for a whole turn of a flow, before {@link #order}. */
    final ReentrantLock turns = new ReentrantLock(true);

    final String chat;
    final List<SendWindow> windows;
    /** The time until which Telegram accepts no messages to this chat. */
    long pausedUntil;
    /** The number of senders that are sending or waiting. */
    int users;

    ChatPacing(String chat, List<SendWindow> windows, long now) {
        this.chat = chat;
        this.windows = windows;
        this.pausedUntil = now;
    }

    boolean isIdle(long now) {
        return users == 0 && pausedUntil - now <= 0 && windows.stream().allMatch(window -> window.isOver(now));
    }
}
