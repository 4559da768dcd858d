package io.botfsm.redis.client.testing;

import static io.botfsm.redis.client.testing.CatalogSuite.catalog;
import static io.botfsm.storage.catalog.ConversationFilter.all;
import static io.botfsm.storage.catalog.ConversationFilter.bot;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.botfsm.catalog.Erasure;
import io.botfsm.catalog.ErasureReport;
import io.botfsm.redis.BotRedis;
import io.botfsm.redis.aiogram.AiogramLayout;
import io.botfsm.redis.aiogram.AiogramStateStorage;
import io.botfsm.redis.testkit.RedisServers;
import io.botfsm.redis.testkit.RedisTestServer;
import io.botfsm.redis.testkit.RedisUser;
import io.botfsm.redis.testkit.RespConnection;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.StorageRefusedException;
import io.botfsm.storage.catalog.CatalogPage;
import io.botfsm.storage.catalog.ConversationCatalog;
import io.botfsm.storage.catalog.ConversationFilter;
import io.botfsm.storage.catalog.FoundConversation;
import io.botfsm.storage.catalog.UnreadableRecord;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Finding conversations in aiogram's layout, beyond the rules: every filter in every layout, permissions, keys of
 * others.
 */
@Timeout(120)
public abstract class AiogramCatalogSuite {
    private static final StorageKey ALICE = StorageKey.bot(7).chat(42).user(42).build();
    private static final StorageKey IN_GROUP =
            StorageKey.bot(7).chat(-100).user(42).build();
    private static final StorageKey IN_TOPIC =
            StorageKey.bot(7).chat(-100).thread(5).user(42).build();
    private static final StorageKey BOB = StorageKey.bot(7).chat(142).user(142).build();
    private static final List<StorageKey> KEYS = List.of(ALICE, IN_GROUP, IN_TOPIC, BOB);

    private final ClientInTest client;
    private final RedisTestServer server = RedisServers.start();

    protected AiogramCatalogSuite(ClientInTest client) {
        this.client = client;
    }

    @AfterEach
    final void stop() {
        server.close();
    }

    private static Set<StorageKey> found(ConversationCatalog catalog, ConversationFilter filter) {
        Set<StorageKey> keys = new HashSet<>();
        pages(catalog, filter)
                .forEach(page ->
                        page.found().stream().map(FoundConversation::key).forEach(keys::add));
        return keys;
    }

    private static List<CatalogPage> pages(ConversationCatalog catalog, ConversationFilter filter) {
        List<CatalogPage> pages = new ArrayList<>();
        Optional<String> cursor = Optional.empty();
        do {
            CatalogPage page = catalog.page(filter, cursor);
            pages.add(page);
            cursor = page.next();
        } while (cursor.isPresent());
        return pages;
    }

    @Test
    void everyFilterFindsInEveryLayout() {
        List<AiogramLayout.Builder> layouts = List.of(
                AiogramLayout.builder().bot(7),
                AiogramLayout.builder().withBotId(),
                AiogramLayout.builder().bot(7).withBotId(),
                AiogramLayout.builder().bot(7).withDestiny(),
                AiogramLayout.builder().bot(7).withBusinessConnectionId(),
                AiogramLayout.builder().withBotId().withBusinessConnectionId().withDestiny(),
                AiogramLayout.builder().bot(7).prefix("a*b[c]").separator("--"));
        try (BotRedis redis = client.connect(server.uri(0));
                RespConnection admin = server.connect()) {
            for (AiogramLayout.Builder builder : layouts) {
                AiogramLayout layout = builder.build();
                admin.call("FLUSHALL");
                StateStorage storage = AiogramStateStorage.of(redis, layout);
                for (StorageKey key : KEYS) {
                    boolean isBob = key.equals(BOB);
                    Mutation.Builder change = Mutation.builder().put("n", "1");
                    Calls.applied(storage, key, isBob ? change : change.state("Form:" + key.chat()));
                }
                everyFilterFinds(layout, catalog(storage));
            }
        }
    }

    private static void everyFilterFinds(AiogramLayout layout, ConversationCatalog catalog) {
        assertThat(found(catalog, all())).as("%s", layout).containsExactlyInAnyOrderElementsOf(KEYS);
        assertThat(found(catalog, bot(7))).as("%s", layout).containsExactlyInAnyOrderElementsOf(KEYS);
        assertThat(found(catalog, bot(8))).as("%s", layout).isEmpty();
        assertThat(found(catalog, all().chat(-100))).as("%s", layout).containsExactlyInAnyOrder(IN_GROUP, IN_TOPIC);
        assertThat(found(catalog, all().chat(42))).as("%s", layout).containsExactly(ALICE);
        assertThat(found(catalog, all().user(42)))
                .as("%s", layout)
                .containsExactlyInAnyOrder(ALICE, IN_GROUP, IN_TOPIC);
        assertThat(found(catalog, all().user(142))).as("%s", layout).containsExactly(BOB);
        assertThat(found(catalog, all().chat(-100).user(142))).as("%s", layout).isEmpty();
        assertThat(found(catalog, bot(7).chat(142).user(142))).as("%s", layout).containsExactly(BOB);
        assertThat(found(catalog, all().state("Form:42"))).as("%s", layout).containsExactly(ALICE);
        assertThat(found(catalog, bot(7).chat(-100).user(42).state("Form:-100")))
                .as("%s", layout)
                .containsExactlyInAnyOrder(IN_GROUP, IN_TOPIC);
        assertThat(found(catalog, all().state("Form:"))).as("%s", layout).isEmpty();
    }

    /** With the default options, beside keys that aiogram wrote with other options, and keys of other programs. */
    @Test
    void aKeyThatMayBeOfTwoConversationsIsReportedAndNotFound() {
        try (BotRedis redis = client.connect(server.uri(0));
                RespConnection aiogram = server.connect()) {
            aiogram.call("SET", "fsm:42:42:state", "Form:name");
            aiogram.call("SET", "fsm:9:42:42:state", "Form:name"); // of topic 42 in chat 9, or of bot 9
            aiogram.call("SET", "fsm:shop:42:state", "Form:name");
            aiogram.call("SET", "fsm:42:state", "Form:name"); // of no conversation
            aiogram.call("SET", "fsm:42:42:lock", "x");
            aiogram.call("HSET", "fsm:{7:42:42}", "v", "x"); // of this library's own layout
            aiogram.call("SET", "fsm:43:43:data", "[]");
            AiogramStateStorage storage =
                    AiogramStateStorage.of(redis, AiogramLayout.builder().bot(7).build());

            List<CatalogPage> pages = pages(catalog(storage), all());

            assertThat(pages.stream().flatMap(page -> page.found().stream()).map(FoundConversation::key))
                    .containsExactly(ALICE);
            assertThat(pages.stream()
                            .flatMap(page -> page.unreadable().stream())
                            .map(UnreadableRecord::toString))
                    .satisfiesExactlyInAnyOrder(
                            record -> assertThat(record)
                                    .contains("fsm:9:42:42:state: ambiguous: with other options (with_bot_id=True"),
                            record -> assertThat(record).contains("fsm:shop:42:state: no conversation has such a key"),
                            record -> assertThat(record)
                                    .contains("bot=7 chat=43 user=43: the stored value is not a conversation"));
            assertThat(found(catalog(storage), all().state("Form:name"))).containsExactly(ALICE);
        }
    }

    @Test
    void anErasureLeavesNothingOfTheUserAndAllOfOthers() {
        try (BotRedis redis = client.connect(server.uri(0));
                RespConnection aiogram = server.connect()) {
            StateStorage storage =
                    AiogramStateStorage.of(redis, AiogramLayout.builder().bot(7).build());
            KEYS.forEach(key -> Calls.applied(
                    storage, key, Mutation.builder().state("Form:name").put("n", "1")));
            aiogram.call("SET", "fsm:9:42:42:state", "Form:name");

            ErasureReport report = Erasure.of(storage).erase(all().user(42));

            assertThat(report.unreadable())
                    .singleElement()
                    .satisfies(record -> assertThat(record.name()).contains("fsm:9:42:42:state"));
            assertThat(aiogram.number("EXISTS", "fsm:142:142:state", "fsm:142:142:data", "fsm:9:42:42:state"))
                    .isEqualTo(3);
            assertThat(aiogram.number("DBSIZE")).isEqualTo(3);
        }
    }

    @Test
    void aCursorOfAnotherLayoutIsRefused() {
        try (BotRedis redis = client.connect(server.uri(0))) {
            ConversationCatalog own = catalog(redis.stateStorage());
            ConversationCatalog ofAiogram = catalog(
                    AiogramStateStorage.of(redis, AiogramLayout.builder().bot(7).build()));
            for (int i = 0; i < 300; i++) {
                Calls.applied(
                        redis.stateStorage(),
                        StorageKey.bot(7).chat(i).user(i).build(),
                        Mutation.builder().state("A"));
            }
            Optional<String> ownCursor = own.page(all(), Optional.empty()).next();
            Optional<String> cursorOfAiogram =
                    ofAiogram.page(all(), Optional.empty()).next();
            assertThatThrownBy(() -> ofAiogram.page(all(), ownCursor))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("is not a cursor of conversations in aiogram's layout");
            assertThatThrownBy(() -> own.page(all(), cursorOfAiogram)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    /** With the permissions that docs/reference/redis-layout.md lists, and no others. */
    @Test
    void theDocumentedPermissionsAreEnoughToConnectAndToWriteAndWithScanToFind() {
        try (RespConnection admin = server.connect()) {
            RedisUser.OF_AIOGRAM.createOver(admin);
        }
        try (BotRedis redis = client.connect(RedisUser.OF_AIOGRAM.in(server.uri(0)))) {
            StateStorage storage =
                    AiogramStateStorage.of(redis, AiogramLayout.builder().bot(7).build());
            Calls.applied(storage, ALICE, Mutation.builder().state("A").put("n", "1"));
            assertThat(Calls.get(storage.read(ALICE)).state()).hasValue("A");
            assertThat(server.denied()).isEmpty();
            ConversationCatalog catalog = catalog(storage);
            assertThatThrownBy(() -> catalog.page(all(), Optional.empty()))
                    .isInstanceOf(StorageRefusedException.class)
                    .hasMessage("the user has no permission for SCAN");
            try (RespConnection admin = server.connect()) {
                RedisUser.OF_AIOGRAM.with("+scan").createOver(admin);
            }
            assertThat(found(catalog, all())).containsExactly(ALICE);
        }
    }

    @Test
    void eachDocumentedPermissionIsNeeded() {
        try (RespConnection admin = server.connect()) {
            for (String right : RedisUser.OF_AIOGRAM.rights()) {
                if (right.startsWith("+") && !right.equals("+select")) {
                    RedisUser lacking = RedisUser.OF_AIOGRAM.without(right);
                    lacking.createOver(admin);
                    assertThatThrownBy(() -> connect(lacking))
                            .as("without %s", right)
                            .isInstanceOf(StorageRefusedException.class);
                }
            }
        }
    }

    private void connect(RedisUser user) {
        try (BotRedis redis = client.connect(user.in(server.uri(0)))) {
            var unused =
                    AiogramStateStorage.of(redis, AiogramLayout.builder().bot(7).build());
        }
    }
}
