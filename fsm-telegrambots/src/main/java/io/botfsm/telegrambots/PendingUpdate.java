package io.botfsm.telegrambots;

import static java.util.Objects.requireNonNull;

import io.botfsm.storage.StorageKey;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import org.telegram.telegrambots.meta.api.objects.Update;

/** An update that is not confirmed yet. Its state is guarded by {@link UnconfirmedUpdates}. */
final class PendingUpdate {
    /** How far it is. */
    enum State {
        /** Waits for its time to be handed over, for the first time or again. */
        WAITING,
        HANDED_OVER,
        RUNNING,
        DONE
    }

    private final ReceivedUpdate received;
    private final Optional<StorageKey> key;
    private final Optional<Long> chat;
    private final Optional<ChatMigration> migration;
    private final Optional<Throwable> failure;
    State state = State.WAITING;
    /** When it may be handed over. */
    long due;
    /** When its handler failed last. */
    long failedAt;
    /** When its handler has begun, in the order of events. */
    long begun;
    /** How often its handler has failed for a reason that counts as its own. */
    int failures;
    /** How often it has failed for what may be an outage, and was not counted. */
    int uncounted;
    /** How often the executor has refused it. */
    int rejections;
    /** How often the receiver of dead letters has failed. */
    int receiverFailures;
    /** When Telegram first refused to send for it. */
    OptionalLong limitedSince = OptionalLong.empty();
    /** Whether the conversations of the chat that migrates by it have been moved. */
    boolean chatMoved;
    /** Whether its handler has succeeded, and it was not given up. */
    boolean handled;

    private PendingUpdate(
            ReceivedUpdate received,
            Optional<StorageKey> key,
            Optional<Long> chat,
            Optional<ChatMigration> migration,
            Optional<Throwable> failure,
            long due) {
        this.received = received;
        this.key = key;
        this.chat = chat;
        this.migration = migration;
        this.failure = failure;
        this.due = due;
    }

    /** A key function that fails for one update must not take along the others. */
    static PendingUpdate of(ReceivedUpdate received, Function<? super Update, Optional<StorageKey>> keys, long due) {
        if (received.update().isEmpty()) {
            return unusable(received, received.unreadable().map(Throwable.class::cast), due);
        }
        Update update = received.update().get();
        try {
            Optional<Long> chat = UpdateOrigin.of(update).answeredIn();
            Optional<StorageKey> key = requireNonNull(keys.apply(update), "the key function returned null");
            return new PendingUpdate(received, key, chat, ChatMigration.of(update), Optional.empty(), due);
        } catch (Throwable e) {
            return unusable(received, Optional.of(e), due);
        }
    }

    private static PendingUpdate unusable(ReceivedUpdate received, Optional<Throwable> failure, long due) {
        return new PendingUpdate(received, Optional.empty(), Optional.empty(), Optional.empty(), failure, due);
    }

    long id() {
        return received.id();
    }

    ReceivedUpdate received() {
        return received;
    }

    /** The key of its conversation, if it has one. */
    Optional<StorageKey> key() {
        return key;
    }

    /** The chat it comes from, and is most likely answered in. */
    Optional<Long> chat() {
        return chat;
    }

    /** Which chat has another id since, if any. */
    Optional<ChatMigration> migration() {
        return migration;
    }

    /** Why it cannot be handled at all. */
    Optional<Throwable> failure() {
        return failure;
    }

    /** What fails or succeeds with it: its conversation, or only itself. */
    Object conversation() {
        return key.isPresent() ? key.get() : Long.valueOf(id());
    }

    boolean isDone() {
        return state == State.DONE;
    }

    /** For logs: no data. */
    @Override
    public String toString() {
        return "update " + id() + key.map(of -> " (" + of + ")").orElse("");
    }
}
