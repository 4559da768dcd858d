package io.botfsm.telegrambots;

import io.botfsm.storage.ForwardingStateStorage;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageUnavailableException;
import io.botfsm.storage.catalog.ConversationFilter;
import io.botfsm.storage.inbox.DeadUpdate;
import io.botfsm.storage.inbox.InboxCounts;
import io.botfsm.storage.inbox.InboxLimits;
import io.botfsm.storage.inbox.InboxUpdate;
import io.botfsm.storage.inbox.UpdateInbox;
import io.botfsm.storage.inbox.WaitingUpdate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** A storage whose inbox records what is stored in it, and fails when a test wants it to. */
final class WatchedInbox extends ForwardingStateStorage implements UpdateInbox {
    private volatile UpdateInbox inbox;
    /** The updates that were added, once for each attempt. */
    final List<InboxUpdate> added = new CopyOnWriteArrayList<>();

    /** Whether calls fail after they were carried out. */
    volatile boolean losesAnswers;

    /** The additional time for which updates appear to have waited. */
    volatile Duration downtime = Duration.ZERO;

    /** Whether calls leave an interrupt set. */
    volatile boolean interrupts;

    volatile boolean failing;
    /** How many calls have failed without being carried out. */
    final AtomicInteger refused = new AtomicInteger();

    WatchedInbox(StateStorage storage) {
        super(storage);
        this.inbox = storage.extension(UpdateInbox.class).orElseThrow();
    }

    /** Uses another inbox, as after a failover to a server that lacks what this one had. */
    void fallBackTo(StateStorage other) {
        inbox = other.extension(UpdateInbox.class).orElseThrow();
    }

    @Override
    public <T> Optional<T> extension(Class<T> type) {
        return type == UpdateInbox.class ? Optional.of(type.cast(this)) : super.extension(type);
    }

    private void before() {
        if (interrupts) {
            Thread.currentThread().interrupt();
        }
        if (failing) {
            refused.incrementAndGet();
            throw new StorageUnavailableException("the inbox is unavailable", Duration.ofSeconds(2), null);
        }
    }

    private void after() {
        if (losesAnswers) {
            throw new StorageUnavailableException("the inbox is unavailable", Duration.ofSeconds(2), null);
        }
    }

    @Override
    public boolean add(Object bot, List<InboxUpdate> updates, InboxLimits limits, OptionalLong fencingToken) {
        before();
        added.addAll(updates);
        boolean wait = inbox.add(bot, updates, limits, fencingToken);
        after();
        return wait;
    }

    @Override
    public List<WaitingUpdate> waiting(Object bot, long after, int limit) {
        before();
        return inbox.waiting(bot, after, limit).stream()
                .map(each -> WaitingUpdate.of(
                        each.position(), each.update(), each.storedAt().minus(downtime)))
                .toList();
    }

    @Override
    public void remove(Object bot, List<InboxUpdate> updates, OptionalLong fencingToken) {
        before();
        inbox.remove(bot, updates, fencingToken);
        after();
    }

    @Override
    public void bury(Object bot, InboxUpdate update, String reason, InboxLimits limits, OptionalLong fencingToken) {
        before();
        inbox.bury(bot, update, reason, limits, fencingToken);
        after();
    }

    @Override
    public void buryWaiting(
            Object bot, InboxUpdate update, String reason, InboxLimits limits, OptionalLong fencingToken) {
        before();
        inbox.buryWaiting(bot, update, reason, limits, fencingToken);
        after();
    }

    @Override
    public List<DeadUpdate> dead(Object bot, long after, int limit) {
        return inbox.dead(bot, after, limit);
    }

    @Override
    public boolean replay(Object bot, long position) {
        return inbox.replay(bot, position);
    }

    @Override
    public boolean drop(Object bot, long position) {
        return inbox.drop(bot, position);
    }

    @Override
    public InboxCounts counts(Object bot) {
        return inbox.counts(bot);
    }

    @Override
    public long erase(ConversationFilter filter) {
        return inbox.erase(filter);
    }
}
