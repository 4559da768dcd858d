package io.botfsm.storage.catalog;

import static java.util.Objects.requireNonNull;

import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageClosedException;
import io.botfsm.storage.StorageRefusedException;
import io.botfsm.storage.StorageUnavailableException;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Finds the conversations of a storage without knowing their keys. An extension that a {@link StateStorage} may offer;
 * implementations keep the rules C01 to C10 of the project's specification, which the published conformance suite
 * checks.
 *
 * <pre>{@code
 * ConversationCatalog catalog = storage.extension(ConversationCatalog.class).orElseThrow();
 * try (Stream<FoundConversation> found = catalog.find(ConversationFilter.bot(botId).state("Order:ADDRESS"))) {
 *     found.forEach(conversation -> System.out.println(conversation.key()));
 * }
 * }</pre>
 *
 * <p>A conversation that matches from the beginning to the end of a scan is found at least once, and perhaps twice; one
 * that begins, ends or changes meanwhile may be found or not. What is found is as it was when its page was read.
 *
 * <p>Made for operators and maintenance, not for handling updates: a scan looks at every conversation of the storage,
 * whatever the filter, and is paced so that bots go on meanwhile. Every method blocks, within the storage's timeout for
 * each of its calls, and must not be called on a thread of a client. Thread-safe.
 */
public interface ConversationCatalog {
    /**
     * Reads a page of a scan.
     *
     * @param filter the same for every page of a scan
     * @param cursor empty for the first page; then {@link CatalogPage#next()} of the page before, whichever process
     *     read that. After a failure, the same cursor goes on
     * @throws IllegalArgumentException if the cursor is not of a catalog of this kind
     * @throws StorageUnavailableException if the storage is unavailable or the thread is interrupted, whose flag is set
     *     again then
     * @throws StorageRefusedException if the storage refuses, such as for a missing permission, which the message names
     * @throws StorageClosedException if the storage is closed
     */
    CatalogPage page(ConversationFilter filter, Optional<String> cursor);

    /**
     * Finds conversations, page by page as the stream is consumed. Records that cannot be read are logged with their
     * keys, and left out. Close the stream, which then reads no further page; it is sequential, and its operations
     * throw what {@link #page} does.
     */
    default Stream<FoundConversation> find(ConversationFilter filter) {
        return new PagedScan(this, requireNonNull(filter, "filter")).stream();
    }
}
