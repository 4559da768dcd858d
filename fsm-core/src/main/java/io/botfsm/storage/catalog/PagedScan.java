package io.botfsm.storage.catalog;

import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import java.util.Spliterator;
import java.util.Spliterators.AbstractSpliterator;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads the pages of a scan one after another, and keeps one of them in memory. Not thread-safe. */
final class PagedScan extends AbstractSpliterator<FoundConversation> {
    private static final Logger LOGGER = LoggerFactory.getLogger(PagedScan.class.getPackageName());

    private final ConversationCatalog catalog;
    private final ConversationFilter filter;
    private final Queue<FoundConversation> page = new ArrayDeque<>();
    private Optional<String> cursor = Optional.empty();
    private boolean ended;

    PagedScan(ConversationCatalog catalog, ConversationFilter filter) {
        super(Long.MAX_VALUE, Spliterator.NONNULL | Spliterator.IMMUTABLE);
        this.catalog = catalog;
        this.filter = filter;
    }

    Stream<FoundConversation> stream() {
        return StreamSupport.stream(this, false).onClose(this::end);
    }

    private void end() {
        ended = true;
        page.clear();
    }

    @Override
    public boolean tryAdvance(Consumer<? super FoundConversation> action) {
        while (page.isEmpty()) {
            if (ended) {
                return false;
            }
            readPage();
        }
        action.accept(page.remove());
        return true;
    }

    private void readPage() {
        CatalogPage next = catalog.page(filter, cursor);
        page.addAll(next.found());
        cursor = next.next();
        ended = cursor.isEmpty();
        for (UnreadableRecord record : next.unreadable()) {
            LOGGER.warn("A scan skips a record that cannot be read: {}", record);
        }
    }

    /** Never splits: pages are read one at a time, even if the stream was made parallel. */
    @Override
    @SuppressWarnings("NullAway") // null: it cannot be split
    public Spliterator<FoundConversation> trySplit() {
        return null;
    }
}
