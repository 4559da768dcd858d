package io.botfsm.redis.aiogram;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.botfsm.redis.RedisStateStorage;
import io.botfsm.redis.RedisStorageOptions;
import io.botfsm.redis.SocketPort;
import io.botfsm.redis.aiogram.AiogramMigration.Direction;
import io.botfsm.redis.testkit.OneRedisServer;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.StorageKey;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Options of a layout that do not fit the keys in Redis are recognized before anything is written. */
@Timeout(60)
class AiogramMigrationOptionsTest extends OneRedisServer {
    private static final String BOT = "987654321";

    private static AiogramLayout.Builder layout() {
        return AiogramLayout.builder().bot(BOT);
    }

    private static AiogramMigration migration(AiogramLayout layout) {
        return new AiogramMigration(
                new SocketPort(redis), Duration.ofSeconds(20), layout, RedisStorageOptions.defaults());
    }

    /** The configured layout, the ids in the keys that aiogram has written, and the expected remedy. */
    static Stream<Arguments> mistakes() {
        List<String> withBotId = List.of(BOT + ":5:5", BOT + ":6:6", BOT + ":7:7");
        List<String> groupsWithBotId = List.of(BOT + ":-100:42", BOT + ":-100:7:42", BOT + ":-200:-200");
        List<String> plain = List.of("5:5", "6:6", "-100:42");
        List<String> topics = List.of("-100:7:42", "-100:8:42", "-100:7:43");
        List<String> withDestiny = List.of("5:5:default", "5:5:scene", "-100:42:default");
        return Stream.of(
                arguments(layout().build(), withBotId, "with_bot_id=True: add withBotId()"),
                arguments(layout().build(), groupsWithBotId, "with_bot_id=True: add withBotId()"),
                arguments(AiogramLayout.builder().bot(1).build(), withBotId, "withBotId() and bot(" + BOT + ")"),
                arguments(layout().withBotId().build(), plain, "with_bot_id=False: remove withBotId()"),
                arguments(layout().withBotId().build(), topics, "with_bot_id=False: remove withBotId()"),
                arguments(AiogramLayout.builder().withBotId().build(), plain, "remove withBotId() and set bot(id)"),
                arguments(layout().build(), withDestiny, "with_destiny=True: add withDestiny()"),
                arguments(layout().withDestiny().build(), plain, "with_destiny=False: remove withDestiny()"),
                arguments(layout().withDestiny().build(), topics, "with_destiny=False: remove withDestiny()"),
                arguments(
                        layout().withDestiny().build(),
                        withBotId,
                        "with_bot_id=True: add withBotId(), with_destiny=False: remove withDestiny()"),
                arguments(
                        layout().build(),
                        List.of(BOT + ":5:5:default", BOT + ":6:6:default"),
                        "with_bot_id=True: add withBotId(), with_destiny=True: add withDestiny()"),
                arguments(
                        layout().build(),
                        List.of("bc:5:5", "bc:6:42", "7:7"),
                        "with_business_connection_id=True: add withBusinessConnectionId()"));
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void areRecognizedBeforeAnythingIsWritten(AiogramLayout layout, List<String> ids, String remedy) {
        for (String each : ids) {
            redis.call("SET", "fsm:" + each + ":state", "A");
            redis.call("SET", "fsm:" + each + ":data", "{\"a\": 1}");
        }
        for (AiogramMigration migration : List.of(
                migration(layout), migration(layout).dry(), migration(layout).removing())) {
            AiogramLayoutMismatchException mismatch = catchThrowableOfType(
                    AiogramLayoutMismatchException.class, () -> migration.run(Direction.FROM_AIOGRAM));
            assertThat(mismatch).hasMessageContainingAll(remedy, "withoutLayoutCheck()", "fsm:", ":state");
            assertThat(mismatch.remedy()).contains(remedy);
            assertThat(mismatch.sampled()).isEqualTo(ids.size());
            assertThat(mismatch.fittingOtherwise()).isEqualTo(ids.size());
        }
        assertThat(redis.number("DBSIZE")).isEqualTo(2L * ids.size());
    }

    /** The keys that an aiogram bot has already written show which options it will use for what is handed back. */
    @ParameterizedTest
    @MethodSource("mistakes")
    void areRecognizedOnTheWayBackFromWhatIsThere(AiogramLayout layout, List<String> ids, String remedy) {
        StorageKey key = StorageKey.bot(BOT).chat(77).user(77).build();
        assertThat(new RedisStateStorage(new SocketPort(redis), Duration.ofSeconds(20), RedisStorageOptions.defaults())
                        .write(key, Mutation.builder().state("A").build()))
                .isCompleted();
        ids.forEach(each -> redis.call("SET", "fsm:" + each + ":state", "A"));
        assertThatThrownBy(() -> migration(layout).removing().run(Direction.TO_AIOGRAM))
                .isInstanceOf(AiogramLayoutMismatchException.class)
                .hasMessageContaining(remedy);
        assertThat(redis.number("DBSIZE")).isEqualTo(ids.size() + 1L);
    }

    static Stream<Arguments> rightOptions() {
        return Stream.of(
                arguments(layout().build(), List.of("5:5", "6:6", "-100:42", "-100:7:42", "-100:-100"), 0),
                arguments(layout().build(), List.of("-100:7:42", "-100:8:42"), 0), // topics alone
                arguments(layout().build(), List.of("5:5", "6:6", "7:7", "bc:5:5"), 1), // a few of another bot
                arguments(layout().build(), List.of("5:5", "99:6:6", "99:7:7", "99:8:8", "99:9:9"), 4), // many
                arguments(layout().withBotId().build(), List.of(BOT + ":5:5", BOT + ":6:6"), 0),
                arguments(layout().withBotId().build(), List.of("99:5:5", "99:6:6"), 0), // another bot's alone
                arguments(layout().withDestiny().build(), List.of("5:5:default", "5:5:7", "-100:7:42:default"), 0),
                arguments(layout().withBusinessConnectionId().build(), List.of("5:5", "6:6", "-100:7:42"), 0),
                arguments(layout().build(), List.of(), 0));
    }

    @ParameterizedTest
    @MethodSource("rightOptions")
    void areNotDoubtedWhereTheyFit(AiogramLayout layout, List<String> ids, int skipped) {
        ids.forEach(each -> redis.call("SET", "fsm:" + each + ":state", "A"));
        MigrationReport report = migration(layout).run(Direction.FROM_AIOGRAM);
        assertThat(report.skippedInAll()).as("%s", report.skipped()).isEqualTo(skipped);
        assertThat(report.keys()).isEqualTo(report.migrated() + skipped);
    }

    /** A bot whose options were changed a while ago, so that most of its keys still have the former ones. */
    @Test
    void canBeInsistedOn() {
        for (int user = 10; user < 20; user++) {
            redis.call("SET", "fsm:" + user + ":" + user + ":state", "A");
        }
        redis.call("SET", "fsm:5:5:default:state", "A");
        AiogramMigration migration = migration(layout().withDestiny().build());
        assertThatThrownBy(() -> migration.run(Direction.FROM_AIOGRAM))
                .isInstanceOf(AiogramLayoutMismatchException.class)
                .hasMessageContaining("of 11 sampled conversations, they match 1; 10,");
        MigrationReport report = migration.withoutLayoutCheck().run(Direction.FROM_AIOGRAM);
        assertThat(report.migrated()).isEqualTo(1);
        assertThat(report.skippedInAll()).isEqualTo(10);
    }
}
