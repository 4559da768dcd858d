package io.botfsm.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.botfsm.Fsm;
import io.botfsm.memory.MemoryStateStorage;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.catalog.CatalogPage;
import io.botfsm.storage.catalog.ConversationCatalog;
import io.botfsm.storage.catalog.ConversationFilter;
import io.botfsm.storage.catalog.UnreadableRecord;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PreflightTest {
    /** The types that the former build had under the same names. */
    static final class Former {
        enum Order {
            SIZE,
            STREET,
            ADDRESS
        }

        record Pizza(String size, String note) {}
    }

    /** A build that is ahead of this one. */
    static final class Later {
        record Pizza(String size) {}
    }

    enum Order {
        SIZE,
        ADDRESS
    }

    record Pizza(String size, int note) {}

    private final MemoryStateStorage storage = new MemoryStateStorage();
    private final ConversationCatalog catalog =
            storage.extension(ConversationCatalog.class).orElseThrow();
    private final Fsm former = Fsm.builder(storage).states(Former.Order.class).build();
    private final Fsm fsm = Fsm.builder(storage).states(Order.class).build();

    private static StorageKey key(long user) {
        return StorageKey.bot(1).chat(user).user(user).build();
    }

    private void storeFormer(long user, Former.Order state, Former.Pizza pizza) {
        former.context(key(user)).update(turn -> turn.state(state).data(pizza));
    }

    private static List<String> lines(Preflight report) {
        return report.unreadable().stream()
                .map(each -> each.key().user() + " " + each.part())
                .toList();
    }

    @Test
    void listsExactlyWhatThisBuildCannotRead() {
        for (long user = 100; user < 3_000; user++) {
            fsm.context(key(user)).update(turn -> turn.state(Order.SIZE).data(new Pizza("small", 7)));
        }
        former.context(key(1))
                .update(turn ->
                        turn.state(Former.Order.STREET).put("size", "small").put("note", 7));
        storeFormer(2, Former.Order.ADDRESS, new Former.Pizza("small", "secret42"));
        storeFormer(3, Former.Order.STREET, new Former.Pizza("secret42", "secret42"));
        Fsm later = Fsm.builder(storage)
                .states(Order.class)
                .data(Later.Pizza.class, d -> d.version(2).from(1, entries -> entries.remove("note")))
                .build();
        later.context(key(4)).update(turn -> turn.state(Order.SIZE).data(new Later.Pizza("secret42")));

        Preflight report = Preflight.check(catalog, fsm, Pizza.class);

        assertThat(lines(report))
                .containsExactlyInAnyOrder("1 state", "2 data.note", "3 state", "3 data.note", "4 data.size");
        assertThat(report.count()).isEqualTo(5);
        assertThat(report.checked()).isEqualTo(2_904);
        assertThat(report.isClean()).isFalse();
        assertThat(report.records()).isEmpty();
        assertThat(report.unreadable())
                .allSatisfy(each -> assertThat(each.toString())
                        .startsWith(each.key() + ": " + each.part() + ": ")
                        .doesNotContain("secret42"));
        assertThat(reason(report, 1)).contains("Order:STREET").contains("formerly(");
        assertThat(reason(report, 4)).contains("version 2").contains("up to version 1");
    }

    private static String reason(Preflight report, long user) {
        return report.unreadable().stream()
                .filter(each -> each.key().equals(key(user)))
                .findFirst()
                .orElseThrow()
                .reason();
    }

    @Test
    void statesAreCheckedByTheirNamesAlone() {
        storeFormer(1, Former.Order.STREET, new Former.Pizza("small", "secret42"));
        storeFormer(2, Former.Order.SIZE, new Former.Pizza("small", "secret42"));

        Preflight report = Preflight.checkStates(catalog, ConversationFilter.all(), fsm.stateNames());

        assertThat(lines(report)).containsExactly("1 state");
        assertThat(report.checked()).isEqualTo(2);
        assertThat(Preflight.checkStates(catalog, ConversationFilter.all(), Set.of())
                        .isClean())
                .as("no states to check")
                .isTrue();
    }

    @Test
    void whatABuildKnowsByItsFormerNameIsReadable() {
        storeFormer(1, Former.Order.STREET, new Former.Pizza("small", "at the back"));
        Fsm renamed = Fsm.builder(storage)
                .states(Order.class, names -> names.formerly("Order:STREET", Order.ADDRESS))
                .data(
                        Pizza.class,
                        d -> d.version(2)
                                .from(1, entries -> entries.remove("note").put("note", 0)))
                .build();
        assertThat(Preflight.check(catalog, renamed, Pizza.class).isClean()).isTrue();
    }

    @Test
    void otherBotsAreLeftOutByTheFilter() {
        storeFormer(1, Former.Order.STREET, new Former.Pizza("small", "7"));
        assertThat(Preflight.check(catalog, ConversationFilter.bot(2), fsm).checked())
                .isZero();
    }

    @Test
    void withoutGroupsAnyStateIsReadable() {
        storeFormer(1, Former.Order.STREET, new Former.Pizza("small", "7"));
        assertThat(Preflight.check(catalog, Fsm.of(storage)).isClean()).isTrue();
    }

    @Test
    void theListIsBoundedAndTheCountIsNot() {
        for (long user = 0; user < Preflight.MOST_LISTED + 500; user++) {
            storage.write(key(user), Mutation.builder().state("Order:GONE").build())
                    .toCompletableFuture()
                    .join();
        }
        Preflight report = Preflight.check(catalog, fsm);
        assertThat(report.unreadable()).hasSize(Preflight.MOST_LISTED);
        assertThat(report.count()).isEqualTo(Preflight.MOST_LISTED + 500);
    }

    /** Such records have a newer format, or belong to another program. */
    @Test
    void whatTheStorageCannotReadIsListedOnce() {
        List<UnreadableRecord> records = List.of(UnreadableRecord.of("fsm:{1:2:3}", "it is a list"));
        ConversationCatalog twice = (filter, cursor) ->
                CatalogPage.of(List.of(), records, cursor.isEmpty() ? Optional.of("next") : Optional.empty());
        Preflight report = Preflight.check(twice, fsm);
        assertThat(report.records()).isEqualTo(records);
        assertThat(report.count()).isEqualTo(1);
        assertThat(report.isClean()).isFalse();
    }

    @Test
    void aTypeThatIsNoDataIsRefusedEvenIfNothingIsStored() {
        assertThatThrownBy(() -> Preflight.check(catalog, fsm, Order.class))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(Order.class.getName());
    }
}
