package io.botfsm.redis.catalog;

import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.catalog.ConversationFilter;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/**
 * The storage of a catalog, and how it keeps conversations.
 *
 * @param pattern returns a pattern, in Redis syntax, that matches at least the keys of all conversations that a filter
 *     matches
 * @param conversation returns the conversation of a Redis key; empty if the key does not belong to this layout. Throws
 *     an {@link IllegalArgumentException} with the reason if the key may belong to a conversation, but it is not known
 *     to which
 * @param read reads a conversation in the same way as the storage
 * @param isClosed whether the storage is closed
 */
public record CatalogedStorage(
        Function<ConversationFilter, String> pattern,
        Function<String, Optional<StorageKey>> conversation,
        Function<StorageKey, CompletionStage<Snapshot>> read,
        BooleanSupplier isClosed) {}
