package io.botfsm.redis.client.testing;

import static io.botfsm.redis.client.testing.Calls.applied;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.botfsm.redis.BotRedis;
import io.botfsm.redis.testkit.RedisServerProcess;
import io.botfsm.redis.testkit.RedisServers;
import io.botfsm.redis.testkit.RedisTestServer;
import io.botfsm.redis.testkit.RedisUser;
import io.botfsm.redis.testkit.RespConnection;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageClosedException;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.StorageRefusedException;
import io.botfsm.storage.StorageUnavailableException;
import io.botfsm.storage.catalog.CatalogPage;
import io.botfsm.storage.catalog.ConversationCatalog;
import io.botfsm.storage.catalog.ConversationFilter;
import io.botfsm.storage.catalog.FoundConversation;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Finding conversations in Redis, beyond the rules: rights, restarts, keys of others. */
@Timeout(120)
public abstract class CatalogSuite {
    private final ClientInTest client;

    protected CatalogSuite(ClientInTest client) {
        this.client = client;
    }

    /** The catalog that a storage offers. */
    static ConversationCatalog catalog(StateStorage storage) {
        return storage.extension(ConversationCatalog.class).orElseThrow();
    }

    /** Writes conversations of this bot, one for each user. */
    static Set<StorageKey> write(StateStorage storage, String bot, int count) {
        List<StorageKey> keys = IntStream.range(0, count)
                .mapToObj(i -> StorageKey.bot(bot).chat(i).user(i).build())
                .toList();
        for (int from = 0; from < count; from += 100) {
            List<CompletableFuture<?>> writes = keys.subList(from, Math.min(count, from + 100)).stream()
                    .<CompletableFuture<?>>map(key -> storage.write(
                                    key, Mutation.builder().state("A").build())
                            .toCompletableFuture())
                    .toList();
            writes.forEach(Calls::get);
        }
        return Set.copyOf(keys);
    }

    /** The keys that are found from a cursor on. */
    static Set<StorageKey> found(ConversationCatalog catalog, String bot, Optional<String> cursor) {
        Set<StorageKey> found = new HashSet<>();
        Optional<String> next = cursor;
        do {
            CatalogPage page = catalog.page(ConversationFilter.bot(bot), next);
            page.found().forEach(conversation -> found.add(conversation.key()));
            next = page.next();
        } while (next.isPresent());
        return found;
    }

    /**
     * Earlier cursors are of no use: many conversations would be missed, as keys have other places in the new process.
     */
    @Test
    void aServerThatWasRestartedIsScannedAnew() {
        try (RedisServerProcess server = RedisServerProcess.start("appendonly yes", "appendfsync always")) {
            Set<StorageKey> keys;
            CatalogPage page;
            try (BotRedis redis = client.connect(server.uri(0))) {
                keys = write(redis.stateStorage(), "bot", 2_000);
                ConversationCatalog catalog = catalog(redis.stateStorage());
                page = catalog.page(ConversationFilter.bot("bot"), Optional.empty());
                while (page.next().isPresent() && page.found().size() < 1) {
                    page = catalog.page(ConversationFilter.bot("bot"), page.next());
                }
                for (int i = 0; i < 8; i++) {
                    page = catalog.page(ConversationFilter.bot("bot"), page.next());
                }
                server.restart();
                CatalogPage before = page;
                Calls.untilItReads(redis.stateStorage(), keys.iterator().next());
                assertThat(found(catalog, "bot", before.next()))
                        .as("by the catalog that was there before")
                        .isEqualTo(keys);
            }
            try (BotRedis redis = client.connect(server.uri(0))) {
                assertThat(found(catalog(redis.stateStorage()), "bot", page.next()))
                        .as("by another process")
                        .isEqualTo(keys);
            }
        }
    }

    @Test
    void aMissingRightIsNamed() {
        RedisUser bot = RedisUser.OF_CONVERSATIONS;
        try (RedisTestServer server = RedisServers.start(bot.setting());
                BotRedis redis = client.connect(bot.in(server.uri(0)))) {
            StateStorage storage = redis.stateStorage();
            ConversationCatalog catalog = catalog(storage);
            assertThatThrownBy(() -> catalog.page(ConversationFilter.all(), Optional.empty()))
                    .isInstanceOf(StorageRefusedException.class)
                    .hasMessage("the user has no permission for SCAN");
            applied(storage, Calls.freshKey(), Mutation.builder().state("A"));
            try (RespConnection admin = server.connect()) {
                RedisUser.OF_OPERATORS.createOver(admin);
            }
            assertThat(catalog.page(ConversationFilter.all(), Optional.empty()).found())
                    .hasSize(1);
        }
    }

    /** Keys of other types and names, with the same prefix and without. */
    @Test
    void keysThatAreNoConversationsAreLeftAlone() {
        try (RedisServerProcess server = RedisServerProcess.start();
                RespConnection other = server.connect();
                BotRedis redis = client.connect(server.uri(0))) {
            Set<StorageKey> keys = write(redis.stateStorage(), "bot", 10);
            for (String name : List.of("fsm", "fsm:", "fsm:{}", "fsm:{bot:1}", "fsm:{bot:1:2:}", "fsm:{bot::2}")) {
                other.call("SET", name, "x");
            }
            other.call("HSET", "fsm:bot:1:2", "a", "b");
            other.call("HSET", "xfsm:{bot:1:2}", "a", "b");
            other.call("HSET", "fsm:{bot:%3a:2}", "a", "b"); // not as this library writes it
            other.call(
                    bytes("SET"),
                    new byte[] {'f', 's', 'm', ':', '{', 'a', ':', (byte) 0xff, ':', '2', '}'},
                    bytes("x"));
            other.call("HSET", "fsm:{bot:77:77}", "a", "b"); // has a conversation's name
            CatalogPage page = catalog(redis.stateStorage()).page(ConversationFilter.all(), Optional.empty());
            assertThat(page.next()).isEmpty();
            assertThat(page.found().stream().map(FoundConversation::key).collect(Collectors.toSet()))
                    .isEqualTo(keys);
            assertThat(page.unreadable()).singleElement().satisfies(record -> {
                assertThat(record.name()).isEqualTo("bot=bot chat=77 user=77");
                assertThat(record.reason()).isEqualTo("the stored value is not a conversation of this library");
            });
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    @Test
    void anInterruptEndsAScan() {
        try (BotRedis redis = client.connect(RedisServers.shared().uri(2))) {
            ConversationCatalog catalog = catalog(redis.stateStorage());
            Thread.currentThread().interrupt();
            try {
                assertThatThrownBy(() -> catalog.page(ConversationFilter.all(), Optional.empty()))
                        .isInstanceOf(StorageUnavailableException.class)
                        .hasMessageContaining("interrupted");
            } finally {
                assertThat(Thread.interrupted()).isTrue();
            }
            assertThat(catalog.page(ConversationFilter.bot("nobody"), Optional.empty())
                            .found())
                    .isEmpty();
        }
    }

    @Test
    void aClosedConnectionIsReported() {
        BotRedis redis = client.connect(RedisServers.shared().uri(2));
        ConversationCatalog catalog = catalog(redis.stateStorage());
        redis.close();
        assertThatThrownBy(() -> catalog.page(ConversationFilter.all(), Optional.empty()))
                .isInstanceOf(StorageClosedException.class);
    }
}
