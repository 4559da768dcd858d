package io.botfsm.catalog;

import static java.util.Objects.requireNonNull;

import io.botfsm.storage.FsmException;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Outcome;
import io.botfsm.storage.Outcome.Applied;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.catalog.ConversationCatalog;
import io.botfsm.storage.catalog.ConversationFilter;
import io.botfsm.storage.catalog.FoundConversation;
import io.botfsm.storage.inbox.UpdateInbox;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;

/**
 * Erases conversations, such as those of a user, a chat or a bot. It finds and clears them, and repeats the scan until
 * it finds none, so that nothing remains that was written before the last scan, even while bots are running. What a
 * storage remembers of a cleared conversation, such as its fencing token and recent events, is kept as long as the
 * storage is configured to keep it.
 *
 * <p>With a filter by keys alone, updates and dead letters of matching conversations are also erased from an
 * {@link UpdateInbox}, if the storage offers one. An update without a conversation names no user, so it is erased only
 * with its whole bot.
 *
 * <pre>{@code Erasure.of(storage).erase(ConversationFilter.all().user(userId))}</pre>
 *
 * <p>Clears go through the given storage: pass the one that your bot uses, with its decorators, so that a recovery
 * source is notified of them. Thread-safe.
 */
public final class Erasure {
    private final MaintainedStorage storage;
    private final ConversationCatalog catalog;

    private Erasure(MaintainedStorage storage) {
        this.storage = storage;
        this.catalog = storage.catalog();
    }

    /**
     * Creates an erasure in a storage.
     *
     * @param storage stays open
     * @throws IllegalArgumentException if the storage offers no {@link ConversationCatalog}
     */
    public static Erasure of(StateStorage storage) {
        return new Erasure(new MaintainedStorage(storage));
    }

    /**
     * Erases every conversation that matches. Blocks; each pass takes as long as a scan of the whole storage. After a
     * failure, call it again; what was erased stays erased.
     *
     * @throws ErasureIncompleteException if other writers kept writing matching conversations
     * @throws FsmException if the storage is unavailable or refuses, or the thread is interrupted
     */
    public ErasureReport erase(ConversationFilter filter) {
        requireNonNull(filter, "filter");
        AtomicLong erased = new AtomicLong();
        RepeatedScan scan = new RepeatedScan(catalog, filter);
        AtomicLong updates = new AtomicLong();
        BooleanSupplier inbox = () -> {
            long found = filter.isByKey()
                    ? storage.inbox().map(each -> each.erase(filter)).orElse(0L)
                    : 0;
            updates.addAndGet(found);
            return found > 0;
        };
        if (!scan.run(inbox, found -> erased.addAndGet(clear(found, filter)))) {
            throw new ErasureIncompleteException(filter, erased.get(), scan.passes());
        }
        if (filter.isByKey()) {
            var unused = storage.deadlines().map(queue -> queue.mend(filter));
        }
        return ErasureReport.of(erased.get(), updates.get(), scan.passes(), scan.unreadable());
    }

    private long clear(List<FoundConversation> found, ConversationFilter filter) {
        List<CompletableFuture<Outcome>> clears = found.stream()
                .map(conversation -> storage.begin(conversation.key(), clearing(conversation, filter)))
                .toList();
        long cleared = 0;
        for (int i = 0; i < clears.size(); i++) {
            cleared += storage.outcome(found.get(i).key(), clears.get(i)) instanceof Applied ? 1 : 0;
        }
        return cleared;
    }

    /**
     * Returns the write that clears a conversation. If it matched by more than its key, the write has a condition,
     * since it may no longer match.
     */
    private static Mutation clearing(FoundConversation conversation, ConversationFilter filter) {
        Mutation.Builder clear = Mutation.builder().clearState().replaceData(Map.of());
        if (conversation.snapshot().deadline().isPresent()) {
            clear.clearDeadline(); // removes its index entry too
        }
        return filter.isByKey()
                ? clear.build()
                : clear.expectVersion(conversation.version()).build();
    }
}
