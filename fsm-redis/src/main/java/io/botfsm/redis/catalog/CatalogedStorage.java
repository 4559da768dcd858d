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
 * @param pattern a pattern, as Redis reads it, of at least the keys of all conversations that a filter matches
 * @param conversation the conversation that a Redis key is of; empty if the key is none of this layout's. Throws an
 *     {@link IllegalArgumentException} that says why if it may be a conversation's, and it is not known whose
 * @param read reads a conversation as the storage does
 * @param isClosed whether the storage is closed
 */
public record CatalogedStorage(
        Function<ConversationFilter, String> pattern,
        Function<String, Optional<StorageKey>> conversation,
        Function<StorageKey, CompletionStage<Snapshot>> read,
        BooleanSupplier isClosed) {}
