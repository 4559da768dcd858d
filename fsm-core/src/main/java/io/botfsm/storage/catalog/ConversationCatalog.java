package io.botfsm.storage.catalog;

import static java.util.Objects.requireNonNull;

import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageClosedException;
import io.botfsm.storage.StorageRefusedException;
import io.botfsm.storage.StorageUnavailableException;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Finds the conversations of a storage without knowing their keys. It is an extension that a {@link StateStorage} may
 * offer. Implementations follow the rules C01 to C10 of the project's specification, which the published conformance
 * suite checks.
 *
 * <pre>{@code
 * ConversationCatalog catalog = storage.extension(ConversationCatalog.class).orElseThrow();
 * try (Stream<FoundConversation> found = catalog.find(ConversationFilter.bot(botId).state("Order:ADDRESS"))) {
 *     found.forEach(conversation -> System.out.println(conversation.key()));
 * }
 * }</pre>
 *
 * <p>A conversation that matches from the beginning to the end of a scan is found at least once, and perhaps twice. A
 * conversation that begins, ends or changes during the scan may or may not be found. Each is returned as it was when
 * its page was read.
 *
 * <p>Intended for operators and maintenance, not for handling updates: a scan looks at every conversation of the
 * storage, whatever the filter, and is paced so that bots can keep running. Every method blocks, each of its calls to
 * the storage within the storage's timeout, and must not be called on a thread of the storage's client. Thread-safe.
 */
public interface ConversationCatalog {
    /**
     * Reads a page of a scan.
     *
     * @param filter the same for every page of a scan
     * @param cursor empty for the first page; then {@link CatalogPage#next()} of the previous page, even if another
     *     process read it. After a failure, continue with the same cursor
     * @throws IllegalArgumentException if the cursor is not from a catalog of this kind
     * @throws StorageUnavailableException if the storage is unavailable or the thread is interrupted, in which case its
     *     interrupt flag is set again
     * @throws StorageRefusedException if the storage refuses the call, such as for a missing permission, which the
     *     message names
     * @throws StorageClosedException if the storage is closed
     */
    CatalogPage page(ConversationFilter filter, Optional<String> cursor);

    /**
     * Finds conversations, reading them page by page as the stream is consumed. Records that cannot be read are logged
     * with their keys and left out. Close the stream so that no further page is read. The stream is sequential, and its
     * operations throw what {@link #page} does.
     */
    default Stream<FoundConversation> find(ConversationFilter filter) {
        return new PagedScan(this, requireNonNull(filter, "filter")).stream();
    }
}
