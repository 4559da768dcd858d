package io.botfsm.integration.storage;

import static io.botfsm.redis.client.testing.Calls.failure;
import static io.botfsm.redis.client.testing.Calls.get;
import static io.botfsm.redis.client.testing.Calls.read;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.botfsm.Fsm;
import io.botfsm.FsmContext;
import io.botfsm.catalog.ChatMove;
import io.botfsm.catalog.ConversationExport;
import io.botfsm.catalog.Erasure;
import io.botfsm.catalog.Preflight;
import io.botfsm.json.NewerDataException;
import io.botfsm.redis.BotRedis;
import io.botfsm.redis.lettuce.LettuceRedis;
import io.botfsm.redis.testkit.RedisServerProcess;
import io.botfsm.redis.testkit.RespConnection;
import io.botfsm.storage.ConversationRefusedException;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.UnknownStateException;
import io.botfsm.storage.catalog.ConversationCatalog;
import io.botfsm.storage.catalog.ConversationFilter;
import io.botfsm.storage.catalog.UnreadableRecord;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The build before and this one share a storage while one takes the other's place; so do two releases. */
@Timeout(60)
class SideBySideTest {
    private static final StorageKey KEY = StorageKey.bot(1).chat(2).user(3).build();
    private static final String RECORD = "fsm:{1:2:3}";
    private static final Instant DEADLINE = Instant.parse("2040-01-01T00:00:00Z");

    private static RedisServerProcess server;

    private BotRedis redis;
    private StateStorage storage;
    private RespConnection admin;

    static final class Former {
        enum Order {
            SIZE,
            ADDRESS
        }

        record Pizza(String size) {}
    }

    enum Order {
        SIZE,
        ADDRESS,
        PLACED
    }

    record Pizza(String size, int slices) {}

    @BeforeAll
    static void start() {
        server = RedisServerProcess.start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void connect() {
        redis = LettuceRedis.connect(server.uri(0));
        storage = redis.stateStorage();
        admin = server.connect();
    }

    @AfterEach
    void disconnect() {
        admin.call("FLUSHALL");
        admin.close();
        redis.close();
    }

    private FsmContext former() {
        return Fsm.builder(storage).states(Former.Order.class).build().context(KEY);
    }

    private FsmContext present() {
        return Fsm.builder(storage)
                .states(Order.class)
                .data(Pizza.class, d -> d.version(2).from(1, entries -> entries.put("slices", 8)))
                .build()
                .context(KEY);
    }

    @Test
    void whatTheFormerBuildStoredIsReadAndWhatThisOneAddsIsNotLost() {
        former().update(turn -> turn.state(Former.Order.ADDRESS).data(new Former.Pizza("small")));
        assertThat(present().state(Order.class)).contains(Order.ADDRESS);
        assertThat(present().data(Pizza.class)).contains(new Pizza("small", 8));

        present().update(turn -> turn.state(Order.SIZE).data(new Pizza("small", 6)));
        get(storage.write(KEY, Mutation.builder().deadline(DEADLINE).build()));
        former().update(turn -> turn.put("language", "de"));

        assertThat(present().data(Pizza.class)).contains(new Pizza("small", 6));
        assertThat(present().value("language", String.class)).contains("de");
        assertThat(read(storage, KEY).deadline()).hasValue(DEADLINE);

        former().update(turn -> turn.state(Former.Order.ADDRESS));
        assertThat(present().state(Order.class)).contains(Order.ADDRESS);
        assertThat(read(storage, KEY).deadline())
                .as("of the state that was left")
                .isEmpty();

        former().clear();
        assertThat(read(storage, KEY)).as("no deadline, no version of data").isEqualTo(Snapshot.none());
    }

    @Test
    void whatTheFormerBuildDoesNotKnowIsRefusedByNameAndLeftAlone() {
        present().update(turn -> turn.state(Order.PLACED).data(new Pizza("small", 6)));
        Snapshot before = read(storage, KEY);
        FsmContext former = former();
        assertThatThrownBy(() -> former.data(Former.Pizza.class))
                .isInstanceOf(NewerDataException.class)
                .hasMessageContaining("version 2")
                .hasMessageContaining("version 1");
        assertThatThrownBy(() -> former.update(turn -> turn.data(new Former.Pizza("large"))))
                .isInstanceOf(NewerDataException.class);
        assertThatThrownBy(() -> former.state(Former.Order.class))
                .isInstanceOf(UnknownStateException.class)
                .hasMessageContaining("Order:PLACED");
        assertThat(read(storage, KEY)).isEqualTo(before);
    }

    /** Fields of a kind that this release does not know, and an attribute whose name it does not know. */
    @Test
    void whatAnotherReleaseAddsToARecordOutlivesEveryWrite() {
        get(storage.write(KEY, Mutation.builder().state("A").put("a", "1").build()));
        admin.call("HSET", RECORD, "z", "1", "z:a", "2", "@flow.history", "SIZE");
        for (Mutation.Builder write : List.of(
                Mutation.builder().put("a", "2"),
                Mutation.builder().state("B").remove("a"),
                Mutation.builder().replaceData(Map.of("b", "1")),
                Mutation.builder().deadline(DEADLINE),
                Mutation.builder().clearDeadline().eventId(7),
                Mutation.builder().ttl(Duration.ofDays(1)),
                Mutation.builder().clearState().fencingToken(9))) {
            get(storage.write(KEY, write.build()));
            assertThat(record()).as("%s", write.build()).containsEntry("z", "1").containsEntry("z:a", "2");
            assertThat(read(storage, KEY).attributes()).isEqualTo(Map.of("flow.history", "SIZE"));
        }
        assertThat(read(storage, KEY).data()).isEqualTo(Map.of("b", "1"));
    }

    private Map<String, String> record() {
        Map<String, String> record = new TreeMap<>();
        admin.hash(RECORD.getBytes(UTF_8)).forEach((field, value) -> record.put(field, new String(value, ISO_8859_1)));
        return record;
    }

    @Test
    void aRecordOfANewerFormatIsRefusedEverywhereAndLeftAlone(@TempDir Path directory) throws Exception {
        get(storage.write(KEY, Mutation.builder().state("Order:SIZE").build()));
        byte[] head = admin.hash(RECORD.getBytes(UTF_8)).get("v");
        head[7] = (byte) (head[7] + (1 << 4)); // above the time of the last write
        admin.call("HSET".getBytes(UTF_8), RECORD.getBytes(UTF_8), "v".getBytes(UTF_8), head);
        Map<String, String> before = record();
        ConversationCatalog catalog =
                storage.extension(ConversationCatalog.class).orElseThrow();

        refused(failure(storage.read(KEY)).toString());
        refused(failure(storage.write(KEY, Mutation.builder().state("A").build()))
                .toString());
        assertThatThrownBy(() -> present().update(turn -> turn.state(Order.PLACED)))
                .isInstanceOf(ConversationRefusedException.class);
        listed(Preflight.check(catalog, Fsm.of(storage)).records());
        listed(ConversationExport.builder(catalog)
                .build()
                .writeTo(directory.resolve("export"))
                .unreadable());
        listed(Erasure.of(storage).erase(ConversationFilter.all().user(3)).unreadable());
        listed(ChatMove.of(storage).move(1, 2, 20).unreadable());

        assertThat(record()).isEqualTo(before);
        assertThat(admin.number("DBSIZE")).isEqualTo(1);
    }

    private static void refused(String message) {
        assertThat(message).contains("format 2").contains("format 1").contains(KEY.toString());
    }

    private static void listed(List<UnreadableRecord> records) {
        assertThat(records).hasSize(1);
        assertThat(records.get(0).toString()).contains(KEY.toString()).contains("format 2");
    }
}
