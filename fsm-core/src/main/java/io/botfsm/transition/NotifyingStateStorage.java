package io.botfsm.transition;

import static java.util.Objects.requireNonNull;

import io.botfsm.internal.guard.BestEffort;
import io.botfsm.storage.ForwardingStateStorage;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Outcome;
import io.botfsm.storage.Outcome.Applied;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Notifies {@link TransitionListener}s of every change of state. This takes no additional round trip, and a write does
 * not wait for the listeners. At most {@value #MOST_WAITING} changes are queued for them; when the queue is full, new
 * changes are dropped, and the listeners receive the number of dropped changes.
 *
 * <p>Reports only changes that are stored through this storage object. It does not report changes by another process,
 * the expiry of a conversation, a write whose response was lost, or a write that only {@linkplain Mutation#carriesOver
 * transfers} a conversation. After closing, listeners still receive changes that were stored before.
 *
 * <p>Thread-safe.
 */
public final class NotifyingStateStorage extends ForwardingStateStorage {
    /** The maximum number of queued changes. */
    public static final int MOST_WAITING = 10_000;

    private final Notifications notifications;
    private final TransitionOrder order;

    /**
     * Creates a storage that notifies listeners on its own daemon thread, which ends when it is idle.
     *
     * @param storage where the conversations are kept; closed with this one
     * @param listeners the listeners, notified in this order
     * @throws IllegalArgumentException if the storage lacks {@link StateStorage.Capability#VERSION}, which gives the
     *     order
     */
    public NotifyingStateStorage(StateStorage storage, List<? extends TransitionListener> listeners) {
        this(storage, Notifications.onOwnThread(requireNonNull(listeners, "listeners"), MOST_WAITING));
    }

    /**
     * Creates a storage that notifies listeners on an executor, one at a time.
     *
     * @param storage where the conversations are kept; closed with this one
     * @param listeners the listeners, notified in this order
     * @param executor runs the listeners; not closed
     * @throws IllegalArgumentException if the storage lacks {@link StateStorage.Capability#VERSION}, which gives the
     *     order
     */
    public NotifyingStateStorage(
            StateStorage storage, List<? extends TransitionListener> listeners, Executor executor) {
        this(
                storage,
                Notifications.on(
                        requireNonNull(executor, "executor"), requireNonNull(listeners, "listeners"), MOST_WAITING));
    }

    private NotifyingStateStorage(StateStorage storage, Notifications notifications) {
        super(storage);
        if (!storage.capabilities().contains(Capability.VERSION)) {
            throw new IllegalArgumentException(
                    "listeners could be notified in the wrong order: the storage lacks VERSION");
        }
        this.notifications = notifications;
        this.order = new TransitionOrder(notifications::add);
    }

    @Override
    public CompletionStage<Outcome> write(StorageKey key, Mutation mutation) {
        requireNonNull(key, "key");
        requireNonNull(mutation, "mutation");
        long write = order.begin(key);
        CompletionStage<Outcome> written;
        try {
            written = storage().write(key, mutation);
        } catch (RuntimeException | Error e) {
            end(key, write, null);
            throw e;
        }
        return written.whenComplete((outcome, failure) -> end(key, write, mutation.carriesOver() ? null : outcome));
    }

    private void end(StorageKey key, long write, @Nullable Outcome outcome) {
        BestEffort.run(() -> order.end(key, write, change(outcome)));
        BestEffort.run(notifications::deliverLater);
    }

    private static Optional<Applied> change(@Nullable Outcome outcome) {
        return outcome instanceof Applied applied && !applied.previousState().equals(applied.state())
                ? Optional.of(applied)
                : Optional.empty();
    }
}
