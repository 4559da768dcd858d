package io.botfsm.conformance.storage;

import static io.botfsm.storage.catalog.ConversationFilter.bot;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.botfsm.conformance.Need;
import io.botfsm.conformance.Requires;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.catalog.CatalogPage;
import io.botfsm.storage.catalog.FoundConversation;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Rules C04 to C06 and C08: pages, cursors, streams, and what happens between pages. */
abstract class CatalogPagingRules extends CatalogRules {
    CatalogPagingRules(ConversationCatalogConformance suite) {
        super(suite);
    }

    @Test
    void ruleC04_manyComeInPages() {
        TestedCatalog catalog = open();
        String bot = freshBot();
        write(catalog, bot, MANY);
        List<CatalogPage> pages = catalog.pages(bot(bot), Optional.empty(), page -> {});
        assertThat(pages.stream().filter(page -> !page.found().isEmpty())).hasSizeGreaterThan(1);
    }

    @Test
    void ruleC04_scansEndWhereNothingMatches() {
        TestedCatalog catalog = open();
        String bot = freshBot();
        write(catalog, bot, MANY);
        assertThat(catalog.found(bot(bot).state("B"))).isEmpty();
        assertThat(catalog.found(bot(freshBot()))).isEmpty();
    }

    /** As when another process continues the scan. */
    @Test
    void ruleC05_aCursorGoesOnElsewhere() {
        TestedCatalog one = open();
        TestedCatalog other = beside(one);
        String bot = freshBot();
        List<StorageKey> keys = write(one, bot, MANY);
        Set<StorageKey> found = new HashSet<>();
        Optional<String> cursor = Optional.empty();
        boolean atOther = false;
        do {
            CatalogPage page = (atOther ? other : one).page(bot(bot), cursor);
            found.addAll(TestedCatalog.keys(page.found()));
            cursor = page.next();
            atOther = !atOther;
        } while (cursor.isPresent());
        assertThat(found).isEqualTo(Set.copyOf(keys));
    }

    /** As after a failure: a cursor that is used again returns everything behind its page. */
    @Test
    void ruleC05_aCursorGoesOnAsOftenAsItIsUsed() {
        TestedCatalog catalog = open();
        String bot = freshBot();
        List<StorageKey> keys = write(catalog, bot, MANY);
        List<CatalogPage> pages = catalog.pages(bot(bot), Optional.empty(), page -> {});
        for (int from = 0; from < pages.size(); from += Math.max(1, pages.size() / 4)) {
            List<FoundConversation> before = TestedCatalog.found(pages.subList(0, from + 1));
            Optional<String> cursor = pages.get(from).next();
            List<FoundConversation> rest =
                    cursor.isEmpty() ? List.of() : TestedCatalog.found(catalog.pages(bot(bot), cursor, page -> {}));
            Set<StorageKey> found = new HashSet<>(TestedCatalog.keys(before));
            found.addAll(TestedCatalog.keys(rest));
            assertThat(found).as("before and behind page %d", from).isEqualTo(Set.copyOf(keys));
        }
    }

    /** A cursor does not begin the scan anew. */
    @Test
    void ruleC05_aCursorSkipsWhatWasFound() {
        TestedCatalog catalog = open();
        String bot = freshBot();
        write(catalog, bot, MANY);
        List<CatalogPage> pages = catalog.pages(bot(bot), Optional.empty(), page -> {});
        Optional<String> cursor = pages.get(pages.size() - 2).next();
        assertThat(TestedCatalog.found(catalog.pages(bot(bot), cursor, page -> {})))
                .hasSizeLessThan(MANY);
    }

    @Test
    void ruleC05_whatIsNoCursorIsRefused() {
        TestedCatalog catalog = open();
        for (String text : List.of("", "x", " ", "0", "ä", "\u0000", "1:2", "redis1/", "%00", "a".repeat(100_000))) {
            assertThatThrownBy(() -> catalog.untested().page(bot(freshBot()), Optional.of(text)))
                    .as("\"%s\"", text)
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    /** Changes made after the first conversation was taken show in later pages. */
    @Test
    void ruleC06_aStreamReadsNoFurtherThanItIsConsumed() {
        TestedCatalog catalog = open();
        String bot = freshBot();
        List<StorageKey> keys = write(catalog, bot, MANY);
        try (Stream<FoundConversation> stream = catalog.untested().find(bot(bot))) {
            write(catalog, keys, change().state("B"));
            Iterator<FoundConversation> found = stream.iterator();
            assertThat(found.next().state()).contains("B");
            write(catalog, keys, change().state("C"));
            Set<String> states = new HashSet<>();
            found.forEachRemaining(
                    conversation -> states.add(conversation.state().orElseThrow()));
            assertThat(states).contains("C");
        }
    }

    @Test
    void ruleC06_aClosedStreamReadsNoFurtherPage() {
        TestedCatalog catalog = open();
        String bot = freshBot();
        write(catalog, bot, MANY);
        Stream<FoundConversation> stream = catalog.untested().find(bot(bot));
        Iterator<FoundConversation> found = stream.iterator();
        found.next();
        stream.close();
        List<FoundConversation> rest = new ArrayList<>();
        found.forEachRemaining(rest::add);
        assertThat(rest).hasSizeLessThan(MANY / 2);
    }

    /** As an erasure does. */
    @Test
    void ruleC08_clearingWhatWasFoundHidesNothing() {
        TestedCatalog catalog = open();
        String bot = freshBot();
        List<StorageKey> keys = write(catalog, bot, MANY);
        List<CatalogPage> pages =
                catalog.pages(bot(bot), Optional.empty(), page -> write(catalog, keysOf(page), clear()));
        assertThat(TestedCatalog.keys(TestedCatalog.found(pages))).isEqualTo(Set.copyOf(keys));
    }

    private static List<StorageKey> keysOf(CatalogPage page) {
        return List.copyOf(TestedCatalog.keys(page.found()));
    }

    @Test
    void ruleC08_conversationsThatBeginHideNothing() {
        TestedCatalog catalog = open();
        String bot = freshBot();
        List<StorageKey> keys = write(catalog, bot, 500);
        AtomicInteger next = new AtomicInteger(1_000_000);
        List<CatalogPage> pages = catalog.pages(
                bot(bot),
                Optional.empty(),
                page -> write(
                        catalog,
                        IntStream.range(0, next.get() < 1_005_000 ? 500 : 0)
                                .mapToObj(i -> key(bot, next.incrementAndGet()))
                                .toList(),
                        change().state("B")));
        assertThat(TestedCatalog.keys(TestedCatalog.found(pages))).containsAll(keys);
    }

    @Test
    void ruleC08_conversationsThatEndHideNothing() {
        TestedCatalog catalog = open();
        String bot = freshBot();
        List<StorageKey> all = write(catalog, bot, 2 * MANY);
        List<StorageKey> stay =
                all.stream().filter(key -> Long.parseLong(key.user()) % 10 == 0).toList();
        List<StorageKey> go = new ArrayList<>(all);
        go.removeAll(Set.copyOf(stay));
        List<CatalogPage> pages = catalog.pages(bot(bot), Optional.empty(), page -> {
            int some = Math.min(go.size(), 500);
            write(catalog, List.copyOf(go.subList(0, some)), clear());
            go.subList(0, some).clear();
        });
        assertThat(TestedCatalog.keys(TestedCatalog.found(pages))).containsAll(stay);
    }

    /** Conversations with only a state have only data from some page on. */
    @Test
    void ruleC08_whatLosesItsStateHidesNothing() {
        for (int changed : new int[] {1, 5}) {
            TestedCatalog catalog = open();
            String bot = freshBot();
            List<StorageKey> keys = onlyWithState(catalog, bot);
            AtomicInteger pages = new AtomicInteger();
            List<CatalogPage> scan = catalog.pages(bot(bot), Optional.empty(), page -> {
                if (pages.incrementAndGet() == changed) {
                    write(catalog, keys, onlyData());
                }
            });
            assertThat(TestedCatalog.keys(TestedCatalog.found(scan))).isEqualTo(Set.copyOf(keys));
        }
    }

    /** State and data take turns, from page to page. */
    @Requires(Need.WHOLE_RECORDS)
    void ruleC08_whatTurnsToAndFroHidesNothing() {
        TestedCatalog catalog = open();
        String bot = freshBot();
        List<StorageKey> keys = onlyWithState(catalog, bot);
        AtomicInteger pages = new AtomicInteger();
        List<CatalogPage> scan = catalog.pages(
                bot(bot),
                Optional.empty(),
                page -> write(catalog, keys, pages.incrementAndGet() % 2 == 1 ? onlyData() : onlyState()));
        assertThat(TestedCatalog.keys(TestedCatalog.found(scan))).isEqualTo(Set.copyOf(keys));
    }

    private static List<StorageKey> onlyWithState(TestedCatalog catalog, String bot) {
        List<StorageKey> keys =
                IntStream.range(0, MANY).mapToObj(i -> key(bot, i)).toList();
        write(catalog, keys, onlyState());
        return keys;
    }

    private static Mutation.Builder onlyState() {
        return change().state("A").replaceData(Map.of());
    }

    private static Mutation.Builder onlyData() {
        return change().clearState().put("n", "1");
    }

    /**
     * A conversation that changes is found if the filter matches it before and after, and never with half of a write.
     */
    @Test
    void ruleC08_changesHideNothing() throws Exception {
        TestedCatalog catalog = open();
        String bot = freshBot();
        List<StorageKey> keys = write(catalog, bot, 1_000);
        AtomicBoolean ended = new AtomicBoolean();
        Thread writer = new Thread(() -> {
            for (int i = 0; !ended.get(); i++) {
                catalog.storage()
                        .applied(
                                keys.get(i * 7 % keys.size()),
                                change().state("S" + i).put("n", "" + i));
            }
        });
        writer.start();
        try {
            for (int i = 0; i < times(3); i++) {
                List<FoundConversation> found = catalog.found(bot(bot));
                assertThat(TestedCatalog.keys(found)).isEqualTo(Set.copyOf(keys));
                assertThat(found)
                        .allSatisfy(conversation -> assertThat(
                                        conversation.state().orElseThrow())
                                .isIn("A", "S" + conversation.snapshot().data().get("n")));
            }
        } finally {
            ended.set(true);
            writer.join();
        }
    }
}
