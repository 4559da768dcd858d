package io.botfsm.telegrambots;

import static java.util.Objects.requireNonNull;

import io.botfsm.storage.FsmException;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.inbox.InboxUpdate;
import io.botfsm.storage.inbox.WaitingUpdate;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import org.telegram.telegrambots.meta.api.objects.Update;

/** An update that is not done, or not confirmed yet. Its state is guarded by {@link PendingUpdates}. */
final class PendingUpdate {
    /** The progress of an update. */
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
    /** When the update was received, or was read from the inbox. */
    final long receivedAt;

    private Optional<Throwable> failure;
    State state = State.WAITING;
    /** The update as the inbox stores it; empty until it was prepared for the inbox or read from it. */
    Optional<InboxUpdate> inInbox = Optional.empty();
    /** Since when the update is known to be in the inbox. */
    OptionalLong storedAt = OptionalLong.empty();
    /** Why the update has to be kept as a dead letter; empty once it is kept. */
    Optional<String> burialReason = Optional.empty();
    /** When it may be handed over. */
    long due;
    /** When its handler failed last. */
    long failedAt;
    /** When its handler has begun, in the order of events. */
    long startMoment;
    /** When its handler has begun. */
    long runningSince;
    /** How often its handler has failed for a reason that counts as its own. */
    int failures;
    /** How often its handler has failed without being counted, because an outage may be the reason. */
    int uncounted;
    /** How often the executor has refused it. */
    int rejections;
    /** How often the receiver of dead letters has failed. */
    int receiverFailures;
    /** When sending in its handler was first limited. */
    OptionalLong limitedSince = OptionalLong.empty();
    /** Whether the conversations of the chat whose migration it reports have been moved. */
    boolean chatMoved;
    /** Whether its handler has succeeded, and it was not given up. */
    boolean handled;

    private PendingUpdate(
            ReceivedUpdate received,
            Optional<StorageKey> key,
            Optional<Long> chat,
            Optional<ChatMigration> migration,
            Optional<Throwable> failure,
            long receivedAt) {
        this.received = received;
        this.key = key;
        this.chat = chat;
        this.migration = migration;
        this.failure = failure;
        this.receivedAt = receivedAt;
        this.due = receivedAt;
    }

    /** A key function that fails for one update must not affect the others. */
    static PendingUpdate of(ReceivedUpdate received, Function<? super Update, Optional<StorageKey>> keys, long now) {
        if (received.update().isEmpty()) {
            return unusable(received, received.unreadable().map(Throwable.class::cast), now);
        }
        Update update = received.update().get();
        try {
            Optional<Long> chat = UpdateOrigin.of(update).replyChat();
            Optional<StorageKey> key = requireNonNull(keys.apply(update), "the key function returned null");
            return new PendingUpdate(received, key, chat, ChatMigration.of(update), Optional.empty(), now);
        } catch (Throwable e) {
            return unusable(received, Optional.of(e), now);
        }
    }

    /** Creates an update that is waiting in the inbox. */
    static PendingUpdate of(
            WaitingUpdate waiting, Function<? super Update, Optional<StorageKey>> keys, Instant instant, long now) {
        PendingUpdate update = of(ReceivedUpdate.of(waiting.update()), keys, now);
        long age = Math.max(0, Duration.between(waiting.storedAt(), instant).toNanos());
        update.storedAt = OptionalLong.of(now - age);
        update.inInbox = Optional.of(waiting.update());
        return update;
    }

    private static PendingUpdate unusable(ReceivedUpdate received, Optional<Throwable> failure, long now) {
        return new PendingUpdate(received, Optional.empty(), Optional.empty(), Optional.empty(), failure, now);
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

    /** The migration of a chat that the update reports, if any. */
    Optional<ChatMigration> migration() {
        return migration;
    }

    /** Why it cannot be handled at all. */
    Optional<Throwable> failure() {
        return failure;
    }

    /**
     * The scope in which updates are handled in order, and fail or succeed together: its conversation, or only the
     * update.
     */
    Object conversation() {
        return key.isPresent() && failure.isEmpty() ? key.get() : Long.valueOf(id());
    }

    /** Marks the update as one that has waited too long. */
    void expired(Duration maxAge) {
        failure = Optional.of(new FsmException("not handled within " + maxAge + " after it was stored in the inbox"));
    }

    /**
     * Whether another update with this id is the same. Telegram may reuse the id of a stored update after it has
     * started again at a random id.
     */
    boolean isSame(ReceivedUpdate other) {
        return !isStored() || received.json().equals(other.json());
    }

    boolean isStored() {
        return storedAt.isPresent();
    }

    /** Whether the update is in the inbox, or is done and need not be kept as a dead letter. */
    boolean isConfirmable() {
        return isStored() || (isDone() && burialReason.isEmpty());
    }

    boolean isDone() {
        return state == State.DONE;
    }

    /** For logs; contains no data. */
    @Override
    public String toString() {
        return "update " + id() + key.map(of -> " (" + of + ")").orElse("");
    }
}
