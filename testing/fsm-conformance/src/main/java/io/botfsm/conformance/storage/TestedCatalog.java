package io.botfsm.conformance.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.catalog.CatalogPage;
import io.botfsm.storage.catalog.ConversationCatalog;
import io.botfsm.storage.catalog.ConversationFilter;
import io.botfsm.storage.catalog.FoundConversation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** A catalog as the tests use it: checks each page against what every page promises. */
final class TestedCatalog {
    /** What rule C04 allows. */
    private static final int LARGEST_PAGE = 1_000;

    private static final int LONGEST_CURSOR = 65_536;
    private static final int MOST_PAGES = 2_000;

    private final TestedStorage storage;
    private final ConversationCatalog catalog;

    TestedCatalog(StateStorage storage) {
        this.storage = new TestedStorage(storage);
        this.catalog = storage.extension(ConversationCatalog.class)
                .orElseThrow(() -> new AssertionError("the storage offers no catalog"));
    }

    TestedStorage storage() {
        return storage;
    }

    ConversationCatalog untested() {
        return catalog;
    }

    CatalogPage page(ConversationFilter filter, Optional<String> cursor) {
        CatalogPage page = catalog.page(filter, cursor);
        assertThat(page.found()).as("a page").hasSizeLessThanOrEqualTo(LARGEST_PAGE);
        page.next()
                .ifPresent(next ->
                        assertThat(next).as("a cursor").matches("[!-~]+").hasSizeLessThanOrEqualTo(LONGEST_CURSOR));
        return page;
    }

    /** Every page from a cursor on. */
    List<CatalogPage> pages(ConversationFilter filter, Optional<String> cursor, Consumer<CatalogPage> between) {
        List<CatalogPage> pages = new ArrayList<>();
        Optional<String> next = cursor;
        do {
            CatalogPage page = page(filter, next);
            pages.add(page);
            assertThat(pages).as("pages of a scan that should have ended").hasSizeLessThan(MOST_PAGES);
            next = page.next();
            if (next.isPresent()) {
                between.accept(page);
            }
        } while (next.isPresent());
        return pages;
    }

    /** Everything that is found, each conversation once or more. */
    List<FoundConversation> found(ConversationFilter filter) {
        return found(pages(filter, Optional.empty(), page -> {}));
    }

    static List<FoundConversation> found(List<CatalogPage> pages) {
        return pages.stream().flatMap(page -> page.found().stream()).toList();
    }

    Set<StorageKey> keys(ConversationFilter filter) {
        return keys(found(filter));
    }

    static Set<StorageKey> keys(List<FoundConversation> found) {
        return found.stream().map(FoundConversation::key).collect(Collectors.toSet());
    }
}
