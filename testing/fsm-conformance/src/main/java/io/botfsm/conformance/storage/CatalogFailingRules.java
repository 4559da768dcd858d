package io.botfsm.conformance.storage;

import static io.botfsm.storage.catalog.ConversationFilter.bot;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.botfsm.conformance.Conformance.CutsOff;
import io.botfsm.conformance.Conformance.Spoils;
import io.botfsm.conformance.Need;
import io.botfsm.conformance.Requires;
import io.botfsm.storage.FsmException;
import io.botfsm.storage.StorageClosedException;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.StorageUnavailableException;
import io.botfsm.storage.catalog.CatalogPage;
import io.botfsm.storage.catalog.UnreadableRecord;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Rules C09 and C10: records that cannot be read, and a storage that is closed or unavailable. */
abstract class CatalogFailingRules extends CatalogRules {
    private static final Duration CONFIGURED = Duration.ofMillis(500);

    CatalogFailingRules(ConversationCatalogConformance suite) {
        super(suite);
    }

    @AfterEach
    void restore() {
        if (suite instanceof CutsOff backend) {
            backend.restore();
        }
    }

    @Requires(Need.SPOILS)
    void ruleC09_whatCannotBeReadIsReportedAndHidesNothing() {
        TestedCatalog catalog = open();
        String bot = freshBot();
        List<StorageKey> keys = write(catalog, bot, 20);
        ((Spoils) suite).spoil(keys.get(7));
        List<CatalogPage> pages = catalog.pages(bot(bot), Optional.empty(), page -> {});
        Set<StorageKey> readable = new HashSet<>(keys);
        readable.remove(keys.get(7));
        assertThat(TestedCatalog.keys(TestedCatalog.found(pages))).isEqualTo(readable);
        List<UnreadableRecord> unreadable =
                pages.stream().flatMap(page -> page.unreadable().stream()).toList();
        assertThat(unreadable).isNotEmpty().allSatisfy(record -> {
            assertThat(record.name()).isEqualTo(keys.get(7).toString());
            assertThat(record.reason()).isNotEmpty();
        });
        try (var found = catalog.untested().find(bot(bot))) {
            assertThat(TestedCatalog.keys(found.collect(Collectors.toList()))).isEqualTo(readable);
        }
    }

    /** A record whose key the filter rules out is not read. */
    @Requires(Need.SPOILS)
    void ruleC09_whatTheFilterRulesOutIsNotReported() {
        TestedCatalog catalog = open();
        String bot = freshBot();
        List<StorageKey> keys = write(catalog, bot, 3);
        ((Spoils) suite).spoil(keys.get(1));
        List<CatalogPage> pages = catalog.pages(bot(bot).user(2), Optional.empty(), page -> {});
        assertThat(TestedCatalog.keys(TestedCatalog.found(pages))).containsExactly(keys.get(2));
        assertThat(pages).allSatisfy(page -> assertThat(page.unreadable()).isEmpty());
    }

    @Test
    void ruleC10_aClosedStorageFindsNothing() {
        TestedCatalog catalog = open();
        String bot = freshBot();
        write(catalog, bot, 3);
        catalog.storage().close();
        assertThatThrownBy(() -> catalog.untested().page(bot(bot), Optional.empty()))
                .isInstanceOf(StorageClosedException.class);
        try (var found = catalog.untested().find(bot(bot))) {
            assertThatThrownBy(found::count).isInstanceOf(StorageClosedException.class);
        }
    }

    @Requires(Need.CUTS_OFF)
    void ruleC10_anUnavailableStorageFailsInTimeAndTyped() {
        TestedCatalog catalog = open(Optional.empty(), CONFIGURED);
        String bot = freshBot();
        write(catalog, bot, 3);
        ((CutsOff) suite).cutOff();
        for (int i = 0; i < 2; i++) {
            long begun = System.nanoTime();
            assertThatThrownBy(() -> catalog.untested().page(bot(bot), Optional.empty()))
                    .isInstanceOf(StorageUnavailableException.class);
            assertThat(Duration.ofNanos(System.nanoTime() - begun))
                    .as("time of a page that fails")
                    .isLessThan(CONFIGURED.multipliedBy(5).plus(suite.margin()));
        }
    }

    /** The cursor of the page before the outage still works, and no conversation is missed. */
    @Requires(Need.CUTS_OFF)
    void ruleC10_aScanGoesOnAfterAnOutage() {
        TestedCatalog catalog = open(Optional.empty(), CONFIGURED);
        String bot = freshBot();
        List<StorageKey> keys = write(catalog, bot, MANY);
        CatalogPage first = catalog.page(bot(bot), Optional.empty());
        CatalogPage second = catalog.page(bot(bot), first.next());
        ((CutsOff) suite).cutOff();
        assertThatThrownBy(() -> catalog.untested().page(bot(bot), second.next()))
                .isInstanceOf(StorageUnavailableException.class);
        ((CutsOff) suite).restore();
        Set<StorageKey> found = new HashSet<>(TestedCatalog.keys(first.found()));
        found.addAll(TestedCatalog.keys(second.found()));
        time.eventually("pages can be read again", () -> isRead(catalog, bot, second));
        found.addAll(TestedCatalog.keys(TestedCatalog.found(catalog.pages(bot(bot), second.next(), page -> {}))));
        assertThat(found).isEqualTo(Set.copyOf(keys));
    }

    private static boolean isRead(TestedCatalog catalog, String bot, CatalogPage before) {
        try {
            catalog.page(bot(bot), before.next());
            return true;
        } catch (FsmException e) {
            return false;
        }
    }
}
