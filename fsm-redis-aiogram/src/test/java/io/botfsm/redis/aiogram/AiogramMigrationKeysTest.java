package io.botfsm.redis.aiogram;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.botfsm.redis.RedisStateStorage;
import io.botfsm.redis.RedisStorageOptions;
import io.botfsm.redis.SocketPort;
import io.botfsm.redis.aiogram.AiogramMigration.Direction;
import io.botfsm.redis.aiogram.MigrationReport.Skipped;
import io.botfsm.redis.testkit.OneRedisServer;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StorageKey;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which keys are migrated, whose they become, and which are skipped by name while the others are migrated. */
@Timeout(60)
class AiogramMigrationKeysTest extends OneRedisServer {
    private static final Duration DEADLINE = Duration.ofSeconds(20);
    private static final StorageKey GOOD = StorageKey.bot(1).chat(4).user(4).build();

    private static AiogramLayout.Builder layout() {
        return AiogramLayout.builder().bot(1);
    }

    private static AiogramMigration migration(AiogramLayout layout) {
        return new AiogramMigration(new SocketPort(redis), DEADLINE, layout, RedisStorageOptions.defaults());
    }

    private static Snapshot own(StorageKey key) throws Exception {
        return new RedisStateStorage(new SocketPort(redis), DEADLINE, RedisStorageOptions.defaults())
                .read(key)
                .toCompletableFuture()
                .get(20, TimeUnit.SECONDS);
    }

    private static void writeOwn(StorageKey key, Mutation.Builder change) {
        assertThat(new RedisStateStorage(new SocketPort(redis), DEADLINE, RedisStorageOptions.defaults())
                        .write(key, change.build()))
                .isCompleted();
    }

    private static void counts(MigrationReport report, int migrated, int skipped) {
        assertThat(List.of(report.migrated(), report.alreadyThere(), report.newerThere(), report.skippedInAll()))
                .as("%s %s", report, report.skipped())
                .containsExactly((long) migrated, 0L, 0L, (long) skipped);
    }

    static Stream<Arguments> ambiguousKeys() {
        AiogramLayout destiny = layout().withDestiny().build();
        AiogramLayout business =
                layout().separator("_").withBusinessConnectionId().build();
        return Stream.of(
                // a destiny that holds the separator
                arguments(destiny, "fsm:4:4:default", "fsm:5:5:shop:cart"),
                arguments(destiny, "fsm:4:4:default", "fsm:5:5:7:cart"),
                arguments(destiny, "fsm:4:4:default", "fsm:5:5:7:9"),
                arguments(destiny, "fsm:4:4:default", "fsm:5:5:aiogd:stack:"),
                arguments(destiny, "fsm:4:4:default", "fsm:-5:5:a:b:c:d:e:f:g:h"),
                arguments(layout().withBotId().withDestiny().build(), "fsm:1:4:4:default", "fsm:1:5:5:shop:cart"),
                arguments(
                        layout().withBusinessConnectionId().withDestiny().build(),
                        "fsm:4:4:default",
                        "fsm:bc:5:5:shop:cart"),
                // a topic, or a destiny that is a number
                arguments(destiny, "fsm:4:4:default", "fsm:-100:7:42"),
                // a business connection that holds the separator
                arguments(business, "fsm_4_4", "fsm_ab_7_5_5"),
                arguments(business, "fsm_4_4", "fsm_ab_cd_5_5"),
                arguments(layout().separator("-").withBusinessConnectionId().build(), "fsm-4-4", "fsm-ab-7-5-5"),
                // a chat that holds the separator
                arguments(layout().separator("-").build(), "fsm-4-4", "fsm--100-42"),
                // ids that are no numbers
                arguments(layout().build(), "fsm:4:4", "fsm:shop:42"),
                arguments(layout().build(), "fsm:4:4", "fsm:5:cart"),
                arguments(layout().build(), "fsm:4:4", "fsm:5:a:5"),
                // a bot's id in front, this one's or another one's
                arguments(layout().build(), "fsm:4:4", "fsm:1:5:5"),
                arguments(layout().build(), "fsm:4:4", "fsm:1:5:42"),
                arguments(layout().build(), "fsm:4:4", "fsm:99:5:5"),
                arguments(layout().build(), "fsm:4:4", "fsm:99:-100:42"));
    }

    @ParameterizedTest
    @MethodSource("ambiguousKeys")
    void aKeyThatCanBeReadInMoreThanOneWayIsSkippedByName(AiogramLayout layout, String good, String ambiguous)
            throws Exception {
        String separator = ambiguous.substring(3, 4);
        redis.call("SET", good + separator + "data", "{\"a\": 1}");
        redis.call("SET", ambiguous + separator + "data", "{\"b\": 2}");

        MigrationReport dry = migration(layout).dry().run(Direction.FROM_AIOGRAM);
        MigrationReport report = migration(layout).removing().run(Direction.FROM_AIOGRAM);

        counts(dry, 1, 1);
        counts(report, 1, 1);
        assertThat(report.skipped()).extracting(Skipped::key).containsExactly(ambiguous + separator + "data");
        assertThat(own(GOOD).data()).isEqualTo(Map.of("a", "1"));
        assertThat(redis.number("DBSIZE")).isEqualTo(2);
        assertThat(redis.text("GET", ambiguous + separator + "data")).isEqualTo("{\"b\": 2}");
    }

    static Stream<Arguments> keysWithOneMeaning() {
        AiogramLayout all = AiogramLayout.builder()
                .withBotId()
                .withBusinessConnectionId()
                .withDestiny()
                .build();
        return Stream.of(
                arguments(
                        layout().build(),
                        "fsm:5:5",
                        StorageKey.bot(1).chat(5).user(5).build()),
                arguments(
                        layout().build(),
                        "fsm:5:42",
                        StorageKey.bot(1).chat(5).user(42).build()),
                arguments(
                        layout().build(),
                        "fsm:-100:42",
                        StorageKey.bot(1).chat(-100).user(42).build()),
                arguments(
                        layout().build(),
                        "fsm:-100:-100",
                        StorageKey.bot(1).chat(-100).user(-100).build()),
                arguments(
                        layout().build(),
                        "fsm:-100:7:42",
                        StorageKey.bot(1).chat(-100).user(42).thread(7).build()),
                arguments(
                        layout().build(),
                        "fsm:5:7:5",
                        StorageKey.bot(1).chat(5).user(5).thread(7).build()),
                arguments(
                        layout().withDestiny().build(),
                        "fsm:-100:7:42:default",
                        StorageKey.bot(1).chat(-100).user(42).thread(7).build()),
                arguments(
                        layout().withDestiny().build(),
                        "fsm:5:5:scene",
                        StorageKey.bot(1).chat(5).user(5).destiny("scene").build()),
                arguments(
                        layout().withDestiny().build(),
                        "fsm:5:5:7",
                        StorageKey.bot(1).chat(5).user(5).destiny("7").build()),
                arguments(
                        layout().withBusinessConnectionId().build(),
                        "fsm:bc:5:42",
                        StorageKey.bot(1).chat(5).user(42).business("bc").build()),
                arguments(
                        all,
                        "fsm:1:bc:-5:7:42:scene",
                        StorageKey.bot(1)
                                .chat(-5)
                                .user(42)
                                .thread(7)
                                .business("bc")
                                .destiny("scene")
                                .build()));
    }

    @ParameterizedTest
    @MethodSource("keysWithOneMeaning")
    void aKeyThatCanBeReadInOneWayIsMigrated(AiogramLayout layout, String key, StorageKey expected) throws Exception {
        redis.call("SET", key + ":state", "A");
        counts(migration(layout).run(Direction.FROM_AIOGRAM), 1, 0);
        assertThat(own(expected).state()).hasValue("A");
    }

    /** On the way back too, a conversation whose key aiogram would read as another one's stays where it is. */
    @Test
    void aConversationThatWouldHaveTheKeyOfAnotherIsSkippedByName() {
        writeOwn(
                StorageKey.bot(1).chat(5).user("shop").thread(5).destiny("cart").build(),
                Mutation.builder().state("A"));
        writeOwn(
                StorageKey.bot(1).chat(5).user(7).thread(5).destiny("cart").build(),
                Mutation.builder().state("A"));
        writeOwn(GOOD, Mutation.builder().state("A"));

        MigrationReport report =
                migration(layout().withDestiny().build()).removing().run(Direction.TO_AIOGRAM);

        counts(report, 1, 2);
        assertThat(report.skipped())
                .extracting(Skipped::key)
                .containsExactlyInAnyOrder("fsm:{1:5:shop:5::cart}", "fsm:{1:5:7:5::cart}");
        assertThat(redis.number("EXISTS", "fsm:5:5:shop:cart:state", "fsm:5:5:7:cart:state"))
                .isZero();
        assertThat(redis.number("EXISTS", "fsm:{1:5:shop:5::cart}", "fsm:{1:5:7:5::cart}"))
                .isEqualTo(2);
    }

    static Stream<Arguments> unreadableValues() {
        return Stream.of(
                arguments(List.of("RPUSH", "fsm:11:11:data", "secret")),
                arguments(List.of("RPUSH", "fsm:11:11:state", "secret")),
                arguments(List.of("HSET", "fsm:11:11:data", "secret", "x")),
                arguments(List.of("SADD", "fsm:11:11:state", "secret")),
                arguments(List.of("ZADD", "fsm:11:11:data", "1", "secret")),
                arguments(List.of("XADD", "fsm:11:11:data", "*", "secret", "x")),
                arguments(List.of("SET", "fsm:11:11:data", "secret")),
                arguments(List.of("SET", "fsm:11:11:data", "")),
                arguments(List.of("SET", "fsm:11:11:data", "[\"secret\"]")),
                arguments(List.of("SET", "fsm:11:11:data", "{\"secret\": 1} x")),
                arguments(List.of("SET", "fsm:11:11:data", "{\"name\\ud83e\": \"secret\"}")));
    }

    @ParameterizedTest
    @MethodSource("unreadableValues")
    void aValueThatIsNotAiogramsIsSkippedByName(List<String> command) throws Exception {
        redis.call("SET", "fsm:4:4:state", "A");
        redis.call(command.toArray(String[]::new));

        for (MigrationReport report : List.of(
                migration(layout().build()).dry().run(Direction.FROM_AIOGRAM),
                migration(layout().build()).removing().run(Direction.FROM_AIOGRAM))) {
            counts(report, 1, 1);
            assertThat(report.skipped()).extracting(Skipped::key).containsExactly(command.get(1));
            assertThat(report.skipped().toString()).doesNotContain("secret");
        }
        assertThat(own(GOOD).state()).hasValue("A");
        assertThat(redis.number("EXISTS", command.get(1))).isEqualTo(1);
    }

    @Test
    void bytesThatAreNotUtf8AreSkippedByName() throws Exception {
        redis.call("SET", "fsm:4:4:state", "A");
        byte[] bad = "fsm:5:5:\u00ff:state".getBytes(ISO_8859_1);
        redis.call("SET".getBytes(UTF_8), bad, "A".getBytes(UTF_8));
        redis.call("SET".getBytes(UTF_8), "fsm:6:6:default:state".getBytes(UTF_8), new byte[] {(byte) 0xff});
        redis.call("SET", "fsm:4:4:default:state", "A");

        MigrationReport report =
                migration(layout().withDestiny().build()).removing().run(Direction.FROM_AIOGRAM);

        counts(report, 1, 3);
        assertThat(report.skipped())
                .extracting(Skipped::key)
                .containsExactlyInAnyOrder("fsm:4:4:state", "fsm:5:5:\ufffd:state", "fsm:6:6:default:state");
        assertThat(own(GOOD).state()).hasValue("A");
        assertThat(redis.call("EXISTS".getBytes(UTF_8), bad)).isEqualTo(1L);
    }

    /** If one part of a conversation cannot be read, the other part is not migrated alone. */
    @Test
    void aStateWhoseDataAreOfAnotherTypeIsSkippedByName() throws Exception {
        redis.call("SET", "fsm:11:11:state", "A");
        redis.call("RPUSH", "fsm:11:11:data", "x");
        MigrationReport report = migration(layout().build()).removing().run(Direction.FROM_AIOGRAM);
        assertThat(report.skipped())
                .extracting(Skipped::key)
                .containsExactlyInAnyOrder("fsm:11:11:state", "fsm:11:11:data");
        assertThat(redis.number("DBSIZE")).isEqualTo(2);
    }

    @Test
    void aTargetOfAnotherTypeIsSkippedByName() throws Exception {
        redis.call("SET", "fsm:4:4:state", "A");
        redis.call("SET", "fsm:11:11:state", "A");
        redis.call("SET", "fsm:11:11:data", "{\"a\": 1}");
        redis.call("RPUSH", "fsm:{1:11:11}", "x");
        redis.call("SET", "fsm:12:12:state", "A");
        redis.call("HSET", "fsm:{1:12:12}", "other", "x");
        for (MigrationReport report : List.of(
                migration(layout().build()).dry().run(Direction.FROM_AIOGRAM),
                migration(layout().build()).removing().run(Direction.FROM_AIOGRAM))) {
            counts(report, 1, 3);
            assertThat(report.skipped())
                    .extracting(Skipped::key)
                    .containsExactlyInAnyOrder("fsm:11:11:state", "fsm:11:11:data", "fsm:12:12:state");
        }
        assertThat(own(GOOD).state()).hasValue("A");
        assertThat(redis.number("EXISTS", "fsm:11:11:state", "fsm:12:12:state")).isEqualTo(2);
        assertThat(redis.number("LLEN", "fsm:{1:11:11}")).isEqualTo(1);
        assertThat(redis.text("HGET", "fsm:{1:12:12}", "other")).isEqualTo("x");
    }

    @Test
    void onTheWayBackOtherTypesAreSkippedByName() {
        writeOwn(GOOD, Mutation.builder().state("A"));
        writeOwn(StorageKey.bot(1).chat(12).user(12).build(), Mutation.builder().state("A"));
        redis.call("RPUSH", "fsm:12:12:data", "x");
        redis.call("SET", "fsm:{1:11:11}", "x");
        redis.call("HSET", "fsm:{1:13:13}", "other", "x");
        for (MigrationReport report : List.of(
                migration(layout().build()).dry().run(Direction.TO_AIOGRAM),
                migration(layout().build()).removing().run(Direction.TO_AIOGRAM))) {
            counts(report, 1, 3);
            assertThat(report.skipped())
                    .extracting(Skipped::key)
                    .containsExactlyInAnyOrder("fsm:{1:11:11}", "fsm:{1:12:12}", "fsm:{1:13:13}");
        }
        assertThat(redis.text("GET", "fsm:4:4:state")).isEqualTo("A");
        assertThat(redis.number("EXISTS", "fsm:{1:11:11}", "fsm:{1:12:12}", "fsm:{1:13:13}"))
                .isEqualTo(3);
    }

    /**
     * Without its attributes, the bot could not read the conversation any more, and aiogram's layout has no place for
     * them.
     */
    @Test
    void onTheWayBackAConversationWithAttributesIsSkippedByName() throws Exception {
        writeOwn(GOOD, Mutation.builder().state("A"));
        StorageKey versioned = StorageKey.bot(1).chat(12).user(12).build();
        writeOwn(versioned, Mutation.builder().state("A").put("a", "1").attribute("data.Pizza", "2"));
        redis.call("SET", "fsm:13:13:state", "A"); // as an earlier run has copied it
        writeOwn(
                StorageKey.bot(1).chat(13).user(13).build(),
                Mutation.builder().state("A").attribute("data.Pizza", "2"));
        for (MigrationReport report : List.of(
                migration(layout().build()).dry().run(Direction.TO_AIOGRAM),
                migration(layout().build()).removing().run(Direction.TO_AIOGRAM))) {
            counts(report, 1, 2);
            assertThat(report.skipped())
                    .extracting(Skipped::key)
                    .containsExactlyInAnyOrder("fsm:{1:12:12}", "fsm:{1:13:13}");
            assertThat(report.skipped()).allMatch(each -> each.reason().contains("data.Pizza"));
        }
        assertThat(redis.number("EXISTS", "fsm:12:12:state", "fsm:12:12:data")).isZero();
        assertThat(own(versioned).attributes()).isEqualTo(Map.of("data.Pizza", "2"));
        assertThat(redis.number("EXISTS", "fsm:{1:13:13}")).isEqualTo(1);
    }

    @Test
    void aHugeConversationIsMigrated() throws Exception {
        String text = "x".repeat(20_000_000);
        redis.call("SET", "fsm:4:4:data", "{\"a\": \"" + text + "\"}");
        counts(migration(layout().build()).removing().run(Direction.FROM_AIOGRAM), 1, 0);
        assertThat(own(GOOD).data()).isEqualTo(Map.of("a", "\"" + text + "\""));
        assertThat(redis.number("EXISTS", "fsm:4:4:data")).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"state", "data"})
    void aTimeToLiveDoesNotMatter(String part) throws Exception {
        redis.call("SET", "fsm:4:4:" + part, "{\"a\": 1}", "PX", "600000");
        counts(migration(layout().build()).removing().run(Direction.FROM_AIOGRAM), 1, 0);
        assertThat(own(GOOD).version()).isPositive();
        assertThat(redis.number("DBSIZE")).isEqualTo(1);
    }
}
