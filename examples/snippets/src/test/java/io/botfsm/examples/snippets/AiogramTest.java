package io.botfsm.examples.snippets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.botfsm.Fsm;
import io.botfsm.recovery.RecoveringStateStorage;
import io.botfsm.redis.BotRedis;
import io.botfsm.redis.aiogram.AiogramLayout;
import io.botfsm.redis.aiogram.AiogramMigration;
import io.botfsm.redis.aiogram.AiogramMigration.Direction;
import io.botfsm.redis.aiogram.AiogramStateStorage;
import io.botfsm.redis.aiogram.MigrationReport;
import io.botfsm.redis.lettuce.LettuceRedis;
import io.botfsm.redis.testkit.RedisServerProcess;
import io.botfsm.redis.testkit.RespConnection;
import io.botfsm.storage.FsmException;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What docs/guides/migrating-from-aiogram.md shows. */
class AiogramTest {
    enum Form {
        NAME,
        AGE
    }

    private static final long BOT_ID = 42;
    private static final StorageKey KEY = StorageKey.bot(BOT_ID).chat(7).user(7).build();

    private static RedisServerProcess server;
    private static RespConnection raw;

    @BeforeAll
    static void start() {
        server = RedisServerProcess.start();
        raw = server.connect();
    }

    @AfterAll
    static void stop() {
        raw.close();
        server.close();
    }

    @BeforeEach
    void begunInPython() {
        raw.call("FLUSHALL");
        raw.call("SET", "fsm:7:7:state", "Form:name");
        raw.call("SET", "fsm:7:7:data", "{\"city\": \"Linz\"}");
    }

    private static AiogramLayout layout() {
        long botId = BOT_ID;
        // snippet: aiogram-layout
        AiogramLayout layout = AiogramLayout.builder().bot(botId).build(); // as configured in aiogram
        // end
        return layout;
    }

    private static Fsm.Builder named(Fsm.Builder fsm) {
        // snippet: aiogram-names
        fsm.states(
                Form.class, names -> names.group("Form").name(Form.NAME, "name").name(Form.AGE, "age"));
        // end
        return fsm;
    }

    @Test
    void theBotGoesOnWhereTheOtherWas() {
        AiogramLayout layout = layout();
        try (BotRedis redis = LettuceRedis.connect(server.uri(0))) {
            // snippet: aiogram-take-over
            StateStorage aiogram = AiogramStateStorage.of(redis, layout);
            StateStorage storage = RecoveringStateStorage.builder(redis.stateStorage(), new FromAiogram(aiogram))
                    .build();
            // end
            named(Fsm.builder(storage)).build().handle(KEY, 1, turn -> {
                assertThat(turn.state(Form.class)).hasValue(Form.NAME);
                assertThat(turn.value("city", String.class)).hasValue("Linz");
                return turn.put("name", "Ada").state(Form.AGE);
            });
            MigrationReport report = migrate(redis, layout);
            assertThat(report.newerThere()).isEqualTo(1);
            named(Fsm.builder(storage)).build().handle(KEY, 2, turn -> turn.clear());
            assertThat(raw.number("EXISTS", "fsm:7:7:state", "fsm:7:7:data")).isZero();
        }
    }

    /** Something else wrote there: nothing is taken over, nothing is lost, and the key is named. */
    @Test
    void whatIsNotAiogramsIsLeftAlone() {
        raw.call("SET", "fsm:7:7:data", "{\"city\": ");
        AiogramLayout layout = layout();
        try (BotRedis redis = LettuceRedis.connect(server.uri(0))) {
            StateStorage aiogram = AiogramStateStorage.of(redis, layout);
            StateStorage storage = RecoveringStateStorage.builder(redis.stateStorage(), new FromAiogram(aiogram))
                    .build();
            Fsm fsm = named(Fsm.builder(storage)).build();
            assertThatThrownBy(() -> fsm.handle(KEY, 1, turn -> turn.state(Form.AGE)))
                    .isInstanceOf(FsmException.class);
            assertThatThrownBy(() -> besideAiogram(redis, layout)).isInstanceOf(FsmException.class);
            MigrationReport report = migrate(redis, layout);
            assertThat(report.migrated()).isZero();
            assertThat(report.skipped()).extracting(skipped -> skipped.key()).contains("fsm:7:7:data");
            assertThat(raw.text("GET", "fsm:7:7:state")).isEqualTo("Form:name");
            assertThat(raw.text("GET", "fsm:7:7:data")).isEqualTo("{\"city\": ");
            assertThat(redis.stateStorage()
                            .read(KEY)
                            .toCompletableFuture()
                            .join()
                            .version())
                    .isZero();

            raw.call("SET", "fsm:7:7:data", "{\"city\": \"Linz\"}"); // repaired
            assertThat(migrate(redis, layout).migrated()).isEqualTo(1);
        }
    }

    private static MigrationReport migrate(BotRedis redis, AiogramLayout layout) {
        // snippet: aiogram-migrate
        MigrationReport report = AiogramMigration.of(redis, layout)
                .progress(now -> System.out.println(now)) // 200 of 10000 keys: 98 migrated, …
                .run(Direction.FROM_AIOGRAM);
        // end
        return report;
    }

    private static void besideAiogram(BotRedis redis, AiogramLayout layout) {
        // snippet: aiogram-side-by-side
        Fsm fsm = Fsm.builder(AiogramStateStorage.of(redis, layout)).build();
        fsm.context(KEY).update(turn -> turn.put("age", 31).state("Form:age"));
        // end
    }

    @Test
    void theBotWorksOnTheLayoutItself() {
        AiogramLayout layout = layout();
        try (BotRedis redis = LettuceRedis.connect(server.uri(0))) {
            besideAiogram(redis, layout);
            assertThat(raw.text("GET", "fsm:7:7:state")).isEqualTo("Form:age");
            assertThat(raw.text("GET", "fsm:7:7:data")).isEqualTo("{\"city\": \"Linz\", \"age\": 31}");
        }
    }
}
