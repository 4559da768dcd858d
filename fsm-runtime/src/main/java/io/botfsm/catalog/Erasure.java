package io.botfsm.catalog;

import static java.util.Objects.requireNonNull;

import io.botfsm.storage.FsmException;
import io.botfsm.storage.InterruptedCallException;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Outcome;
import io.botfsm.storage.Outcome.Applied;
import io.botfsm.storage.Outcome.Fenced;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.StorageRefusedException;
import io.botfsm.storage.catalog.CatalogPage;
import io.botfsm.storage.catalog.ConversationCatalog;
import io.botfsm.storage.catalog.ConversationFilter;
import io.botfsm.storage.catalog.FoundConversation;
import io.botfsm.storage.catalog.UnreadableRecord;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/**
 * Erases conversations: of a user, of a chat, of a bot. It finds and clears them, and looks again until it finds none,
 * so that nothing which was written before its last look remains, also while bots go on. What a storage remembers of a
 * cleared conversation, such as its fencing token and recent events, stays as long as the storage says.
 *
 * <pre>{@code Erasure.of(storage).erase(ConversationFilter.all().user(userId))}</pre>
 *
 * <p>Clears go through the storage that it was made with: pass the one that your bot uses, with its decorators, so that
 * a recovery source hears of them. Thread-safe.
 */
public final class Erasure {
    /** More looks would hardly help against whoever writes that often. */
    private static final int MOST_PASSES = 20;

    private final StateStorage storage;
    private final ConversationCatalog catalog;

    private Erasure(StateStorage storage, ConversationCatalog catalog) {
        this.storage = storage;
        this.catalog = catalog;
    }

    /**
     * An erasure in a storage.
     *
     * @param storage stays open
     * @throws IllegalArgumentException if the storage offers no {@link ConversationCatalog}
     */
    public static Erasure of(StateStorage storage) {
        requireNonNull(storage, "storage");
        return new Erasure(
                storage,
                storage.extension(ConversationCatalog.class)
                        .orElseThrow(() -> new IllegalArgumentException("the storage offers no ConversationCatalog: "
                                + storage.getClass().getName())));
    }

    /**
     * Erases every conversation that matches. Blocks; a pass takes as long as a scan of the whole storage. After a
     * failure, call it again: what was erased stays erased.
     *
     * @throws ErasureIncompleteException if others kept writing such conversations
     * @throws FsmException if the storage is unavailable or refuses, or the thread is interrupted
     */
    public ErasureReport erase(ConversationFilter filter) {
        requireNonNull(filter, "filter");
        long erased = 0;
        for (int passes = 1; passes <= MOST_PASSES; passes++) {
            Set<UnreadableRecord> unreadable = new LinkedHashSet<>();
            long before = erased;
            boolean foundNone = true;
            Optional<String> cursor = Optional.empty();
            do {
                CatalogPage page = catalog.page(filter, cursor);
                foundNone &= page.found().isEmpty();
                erased += clear(page.found(), filter);
                unreadable.addAll(page.unreadable());
                cursor = page.next();
            } while (cursor.isPresent());
            if (foundNone) {
                return ErasureReport.of(before, passes, List.copyOf(unreadable));
            }
        }
        throw new ErasureIncompleteException(filter, erased, MOST_PASSES);
    }

    private long clear(List<FoundConversation> found, ConversationFilter filter) {
        List<CompletableFuture<Outcome>> clears = found.stream()
                .map(conversation -> storage.write(conversation.key(), clearing(conversation, filter))
                        .toCompletableFuture())
                .toList();
        long cleared = 0;
        for (int i = 0; i < clears.size(); i++) {
            cleared += isCleared(found.get(i).key(), clears.get(i)) ? 1 : 0;
        }
        return cleared;
    }

    /** One that matched for more than its key may not do so any more. */
    private static Mutation clearing(FoundConversation conversation, ConversationFilter filter) {
        Mutation.Builder clear = Mutation.builder().clearState().replaceData(Map.of());
        return filter.isByKey()
                ? clear.build()
                : clear.expectVersion(conversation.version()).build();
    }

    private static boolean isCleared(StorageKey key, CompletableFuture<Outcome> clear) {
        Outcome outcome = outcome(key, clear);
        if (outcome instanceof Fenced fenced) {
            throw new StorageRefusedException(
                    key,
                    String.format(
                            Locale.ROOT,
                            "the storage's fencing token is lower than %d: erase through one without a token",
                            fenced.highestToken()),
                    false,
                    null);
        }
        return outcome instanceof Applied;
    }

    private static Outcome outcome(StorageKey key, CompletableFuture<Outcome> clear) {
        try {
            return clear.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedCallException(key, true, e);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            while (cause instanceof CompletionException && cause.getCause() != null) {
                cause = cause.getCause();
            }
            throw cause instanceof FsmException known ? known : new CompletionException(cause);
        }
    }
}
