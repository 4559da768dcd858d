package io.botfsm.conformance.storage;

import static io.botfsm.storage.catalog.ConversationFilter.bot;
import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.conformance.Conformance.Counts;
import io.botfsm.conformance.Need;
import io.botfsm.conformance.Requires;
import io.botfsm.conformance.internal.HostileTexts;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.catalog.ConversationFilter;
import io.botfsm.storage.catalog.FoundConversation;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Rules C01 to C03 and C07: what is found, what is not, and that looking changes nothing. */
abstract class CatalogFindingRules extends CatalogRules {
    CatalogFindingRules(ConversationCatalogConformance suite) {
        super(suite);
    }

    @Test
    void ruleC01_everyKindOfConversationIsFoundAsItIsRead() {
        TestedCatalog catalog = open();
        String bot = freshBot();
        StorageKey both = key(bot, 1);
        StorageKey state = key(bot, 2);
        StorageKey data = key(bot, 3);
        StorageKey often = key(bot, 4);
        catalog.storage().applied(both, change().state("A").put("a", "1").put("b", "{\"c\": 2}"));
        catalog.storage().applied(state, change().state("A"));
        catalog.storage().applied(data, change().put("a", "1"));
        for (int i = 0; i < 5; i++) {
            catalog.storage().applied(often, change().state("S" + i));
        }
        List<FoundConversation> found = catalog.found(bot(bot));
        assertThat(TestedCatalog.keys(found)).containsExactlyInAnyOrder(both, state, data, often);
        assertThat(found)
                .allSatisfy(conversation -> assertThat(conversation.snapshot())
                        .isEqualTo(catalog.storage().read(conversation.key())));
    }

    @Test
    void ruleC01_manyAreFound() {
        TestedCatalog catalog = open();
        String bot = freshBot();
        List<StorageKey> keys = write(catalog, bot, MANY);
        assertThat(catalog.keys(bot(bot))).isEqualTo(Set.copyOf(keys));
        try (var found = catalog.untested().find(bot(bot))) {
            assertThat(found.map(FoundConversation::key).collect(Collectors.toSet()))
                    .isEqualTo(Set.copyOf(keys));
        }
    }

    @Test
    void ruleC01_nothingIsFoundWhereNothingIs() {
        assertThat(open().found(bot(freshBot()))).isEmpty();
    }

    /** Keys that are hard to tell apart, or to tell from a pattern. */
    @Requires(Need.ANY_TEXT)
    void ruleC01_anyKeyIsFound() {
        TestedCatalog catalog = open();
        String bot = freshBot();
        List<StorageKey> keys = new ArrayList<>();
        for (String id : HostileTexts.IDS) {
            keys.add(StorageKey.bot(bot).chat(id).user(1).build());
            keys.add(StorageKey.bot(bot).chat(1).user(id).thread(id).build());
            keys.add(StorageKey.bot(bot).chat(1).user(2).business(id).build());
            keys.add(StorageKey.bot(bot).chat(1).user(3).destiny(id).build());
        }
        write(catalog, keys, change().state("A"));
        assertThat(catalog.keys(bot(bot))).isEqualTo(Set.copyOf(keys));
    }

    @Test
    void ruleC02_whatWasClearedIsNotFound() {
        TestedCatalog catalog = open();
        String bot = freshBot();
        List<StorageKey> keys = write(catalog, bot, 10);
        write(catalog, keys.subList(0, 9), clear());
        assertThat(catalog.keys(bot(bot))).containsExactly(keys.get(9));
    }

    @Requires({Need.FENCING, Need.EVENT_ID})
    void ruleC02_tombstonesAreNotFound() {
        TestedCatalog catalog = open();
        String bot = freshBot();
        StorageKey cleared = key(bot, 1);
        catalog.storage().applied(cleared, change().state("A").fencingToken(3).eventId(7));
        catalog.storage().applied(cleared, clear());
        catalog.storage().applied(key(bot, 2), change().fencingToken(3));
        catalog.storage().applied(key(bot, 3), change().eventId(7));
        assertThat(catalog.found(bot(bot))).isEmpty();
    }

    @Requires(Need.TTL)
    void ruleC02_whatHasEndedIsNotFound() {
        TestedCatalog catalog = open(Optional.of(time.life()), DEADLINE);
        String bot = freshBot();
        StorageKey stays = key(bot, 1_000);
        catalog.storage().applied(stays, change().state("A").persist());
        write(catalog, bot, 10);
        time.passUntil(
                time.life(),
                "only what stays is found",
                () -> catalog.keys(bot(bot)).equals(Set.of(stays)));
    }

    @Test
    void ruleC02_refusedWritesAreNotFound() {
        TestedCatalog catalog = open();
        String bot = freshBot();
        catalog.storage().conflict(key(bot, 1), change().state("A").expectState("B"));
        assertThat(catalog.found(bot(bot))).isEmpty();
    }

    @Test
    void ruleC03_filtersFindWhatHasAllTheirParts() {
        TestedCatalog catalog = open();
        String one = freshBot();
        List<StorageKey> keys = new ArrayList<>();
        for (String bot : List.of(one, one + "0", freshBot())) {
            for (long chat : new long[] {1, 11, -1}) {
                for (long user : new long[] {1, 11, 2}) {
                    keys.add(StorageKey.bot(bot).chat(chat).user(user).build());
                }
            }
            keys.add(StorageKey.bot(bot).chat(1).user(2).thread(11).build());
        }
        for (StorageKey key : keys) {
            catalog.storage().applied(key, change().state("S" + key.user()));
        }
        ConversationFilter ofBot = bot(one);
        for (ConversationFilter filter : List.of(
                ofBot,
                ofBot.chat(1),
                ofBot.chat(11),
                ofBot.chat(-1),
                ofBot.user(1),
                ofBot.user(11),
                ofBot.chat(1).user(2),
                ofBot.chat(12),
                ofBot.state("S1"),
                ofBot.chat(11).user(1).state("S1"),
                ofBot.chat(11).user(1).state("S2"))) {
            assertThat(catalog.keys(filter))
                    .as("%s", filter)
                    .isEqualTo(
                            keys.stream().filter(key -> isWanted(filter, key)).collect(Collectors.toSet()));
        }
        assertThat(catalog.keys(ConversationFilter.all())).containsAll(keys);
        assertThat(catalog.keys(ConversationFilter.all().user(11))).contains(keys.get(1), keys.get(11), keys.get(21));
    }

    private static boolean isWanted(ConversationFilter filter, StorageKey key) {
        return filter.bot().orElse(key.bot()).equals(key.bot())
                && filter.chat().orElse(key.chat()).equals(key.chat())
                && filter.user().orElse(key.user()).equals(key.user())
                && filter.state().orElse("S" + key.user()).equals("S" + key.user());
    }

    /** Patterns, prefixes and other letter cases are different states, and no state is not the empty state. */
    @Test
    void ruleC03_statesAreComparedToTheCharacter() {
        TestedCatalog catalog = open();
        String bot = freshBot();
        List<String> states = List.of("", "A", "a", "A ", "A*", "*", "?", "G:A", "G:", ":A", "[A]");
        for (int i = 0; i < states.size(); i++) {
            catalog.storage().applied(key(bot, i), change().state(states.get(i)));
        }
        catalog.storage().applied(key(bot, 1_000), change().put("a", "1"));
        for (int i = 0; i < states.size(); i++) {
            assertThat(catalog.keys(bot(bot).state(states.get(i))))
                    .as("in state \"%s\"", states.get(i))
                    .containsExactly(key(bot, i));
        }
    }

    @Test
    void ruleC03_aChangedStateIsFoundAsItIsNow() {
        TestedCatalog catalog = open();
        String bot = freshBot();
        List<StorageKey> keys = write(catalog, bot, 3);
        catalog.storage().applied(keys.get(1), change().state("B"));
        catalog.storage().applied(keys.get(2), change().clearState());
        assertThat(catalog.keys(bot(bot).state("A"))).containsExactly(keys.get(0));
        assertThat(catalog.keys(bot(bot).state("B"))).containsExactly(keys.get(1));
        assertThat(catalog.keys(bot(bot))).hasSize(3);
    }

    /** An id that looks like a pattern is no pattern. */
    @Requires(Need.ANY_TEXT)
    void ruleC03_idsAreComparedToTheCharacter() {
        TestedCatalog catalog = open();
        String bot = freshBot();
        List<StorageKey> keys = HostileTexts.IDS.stream()
                .map(id -> StorageKey.bot(bot + id).chat(id).user(id).build())
                .toList();
        write(catalog, keys, change().state("A"));
        List<StorageKey> likePatterns = keys.stream()
                .filter(key -> key.user().matches("(?s).*[*?\\[\\]^\\\\].*"))
                .limit(times(6))
                .toList();
        assertThat(likePatterns).isNotEmpty();
        for (StorageKey key : likePatterns) {
            assertThat(catalog.keys(bot(key.bot()).user(key.user())))
                    .as("of %s", key)
                    .containsExactly(key);
            assertThat(catalog.keys(ConversationFilter.all().chat(key.chat())))
                    .contains(key)
                    .allSatisfy(found -> assertThat(found.chat()).isEqualTo(key.chat()));
        }
    }

    @Requires(Need.TIMES)
    void ruleC03_conversationsUntouchedSinceATimeAreFound() {
        TestedCatalog catalog = open();
        String bot = freshBot();
        StorageKey first = key(bot, 1);
        StorageKey second = key(bot, 2);
        catalog.storage().applied(first, change().state("A"));
        catalog.storage().applied(second, change().state("A"));
        Instant touched = catalog.storage().read(first).touched().orElseThrow();
        assertThat(catalog.keys(bot(bot).untouchedSince(touched)))
                .as("not before")
                .doesNotContain(first);
        assertThat(catalog.keys(bot(bot).untouchedSince(touched.plusMillis(1)))).contains(first);
        assertThat(catalog.keys(bot(bot).untouchedSince(touched.plus(Duration.ofDays(1)))))
                .containsExactlyInAnyOrder(first, second);
    }

    @Requires(Need.DEADLINE)
    void ruleC03_conversationsDueBeforeATimeAreFound() {
        TestedCatalog catalog = open();
        String bot = freshBot();
        StorageKey first = key(bot, 1);
        StorageKey second = key(bot, 2);
        StorageKey never = key(bot, 3);
        Instant due = Instant.parse("2100-01-01T00:00:00Z");
        catalog.storage().applied(first, change().state("A").deadline(due));
        catalog.storage().applied(second, change().state("A").deadline(due.plusSeconds(1)));
        catalog.storage().applied(never, change().state("A"));
        assertThat(catalog.keys(bot(bot).dueBefore(due))).isEmpty();
        assertThat(catalog.keys(bot(bot).dueBefore(due.plusMillis(1)))).containsExactly(first);
        assertThat(catalog.keys(bot(bot).dueBefore(due.plusSeconds(2)))).containsExactlyInAnyOrder(first, second);
    }

    @Test
    void ruleC07_lookingChangesNothing() {
        TestedCatalog catalog = open();
        String bot = freshBot();
        List<StorageKey> keys = write(catalog, bot, 20);
        List<Snapshot> before = keys.stream().map(catalog.storage()::read).toList();
        for (int i = 0; i < 3; i++) {
            catalog.found(bot(bot));
        }
        assertThat(keys.stream().map(catalog.storage()::read).toList()).isEqualTo(before);
    }

    @Requires(Need.COUNTS)
    void ruleC07_lookingLeavesNothing() {
        TestedCatalog catalog = open();
        String bot = freshBot();
        write(catalog, bot, 20);
        long before = ((Counts) suite).records();
        for (int i = 0; i < 3; i++) {
            catalog.found(bot(bot));
            catalog.page(bot(bot), Optional.empty());
        }
        assertThat(((Counts) suite).records()).isLessThanOrEqualTo(before);
    }

    @Requires(Need.TTL)
    void ruleC07_lookingProlongsNothing() {
        TestedCatalog catalog = open(Optional.of(time.life()), DEADLINE);
        String bot = freshBot();
        List<StorageKey> keys = write(catalog, bot, 5);
        time.passUntil(
                time.life(),
                "conversations end while they are found",
                () -> keys.stream().allMatch(key -> catalog.storage().read(key).equals(Snapshot.none())),
                () -> catalog.found(bot(bot)));
    }
}
