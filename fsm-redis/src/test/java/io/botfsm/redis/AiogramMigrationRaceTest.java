package io.botfsm.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.StorageKey;
import io.botfsm.redis.AiogramMigration.Direction;
import io.botfsm.redis.testkit.RedisServerProcess;
import io.botfsm.redis.testkit.RespConnection;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Snapshot;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Somebody writes in the very moment in which a conversation is migrated. */
@Timeout(60)
class AiogramMigrationRaceTest {
    private static final Duration DEADLINE = Duration.ofSeconds(10);
    private static final StorageKey KEY = StorageKey.bot(1).chat(7).user(7).build();

    private static RedisServerProcess server;
    private static RespConnection redis;

    @BeforeAll
    static void start() {
        server = RedisServerProcess.start();
        redis = server.connect();
    }

    @AfterAll
    static void stop() {
        redis.close();
        server.close();
    }

    @AfterEach
    void forget() {
        redis.call("FLUSHALL");
    }

    private static void source(String state) {
        redis.call("SET", "fsm:7:7:state", state);
    }

    private static RedisStateStorage target() {
        return new RedisStateStorage(new SocketPort(redis), DEADLINE, RedisStorageOptions.defaults());
    }

    private static Snapshot read() throws Exception {
        return target().read(KEY).toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    private static void write(Mutation.Builder change) {
        assertThat(target().write(KEY, change.build())).isCompleted();
    }

    private static MigrationReport migrate(boolean removing, boolean before, Runnable somebody) {
        AiogramMigration migration = new AiogramMigration(
                new Meddled(before, somebody),
                DEADLINE,
                AiogramLayout.builder().bot(1).build(),
                RedisStorageOptions.defaults());
        return (removing ? migration.removing() : migration).run(Direction.FROM_AIOGRAM);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatTheBotWritesFirstStays(boolean removing) throws Exception {
        source("old");
        MigrationReport report =
                migrate(removing, true, () -> write(Mutation.builder().state("new")));
        assertThat(read().state()).hasValue("new");
        assertThat(report.newerThere()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatChangesInTheSourceIsCopiedAgain(boolean removing) throws Exception {
        source("old");
        MigrationReport report = migrate(removing, false, () -> source("newer"));
        assertThat(read().state()).hasValue("newer");
        assertThat(report.migrated()).isEqualTo(1);
        assertThat(redis.number("EXISTS", "fsm:7:7:state")).isEqualTo(removing ? 0 : 1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatIsClearedInTheSourceIsTakenBack(boolean removing) throws Exception {
        source("old");
        MigrationReport report = migrate(removing, false, () -> redis.call("DEL", "fsm:7:7:state"));
        assertThat(read()).isEqualTo(Snapshot.none());
        assertThat(report.migrated()).isZero();
    }

    @Test
    void whatTheBotMadeOfTheCopyIsNotTakenBack() throws Exception {
        source("old");
        migrate(false, false, () -> {
            redis.call("DEL", "fsm:7:7:state");
            write(Mutation.builder().state("new"));
        });
        assertThat(read().state()).hasValue("new");
    }

    /** Lets somebody act once, before or after the first write to the target. */
    private static final class Meddled extends SocketPort {
        private final boolean before;
        private Consumer<Runnable> once = Runnable::run;
        private final Runnable somebody;

        Meddled(boolean before, Runnable somebody) {
            super(redis);
            this.before = before;
            this.somebody = somebody;
        }

        private void act() {
            once.accept(somebody);
            once = done -> {};
        }

        @Override
        public CompletionStage<List<Object>> eval(byte[] script, List<byte[]> keys, List<byte[]> args) {
            return around(Script.sha1(script), super.eval(script, keys, args));
        }

        @Override
        public CompletionStage<List<Object>> evalsha(String sha, List<byte[]> keys, List<byte[]> args) {
            if (before && sha.equals(Script.WRITE.sha())) {
                act();
            }
            return around(sha, super.evalsha(sha, keys, args));
        }

        private CompletionStage<List<Object>> around(String sha, CompletionStage<List<Object>> reply) {
            boolean done = !reply.toCompletableFuture().isCompletedExceptionally();
            if (!before && done && sha.equals(Script.WRITE.sha())) {
                act();
            }
            return reply;
        }
    }
}
