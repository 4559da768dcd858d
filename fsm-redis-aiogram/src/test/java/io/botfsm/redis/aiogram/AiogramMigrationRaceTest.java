package io.botfsm.redis.aiogram;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.redis.RedisStateStorage;
import io.botfsm.redis.RedisStorageOptions;
import io.botfsm.redis.SocketPort;
import io.botfsm.redis.aiogram.AiogramMigration.Direction;
import io.botfsm.redis.internal.Script;
import io.botfsm.redis.spi.RedisPort;
import io.botfsm.redis.testkit.OneRedisServer;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StorageKey;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A concurrent write at the very moment in which a conversation is migrated. */
@Timeout(60)
class AiogramMigrationRaceTest extends OneRedisServer {
    private static final Duration DEADLINE = Duration.ofSeconds(10);
    private static final StorageKey KEY = StorageKey.bot(1).chat(7).user(7).build();

    private static final Script WRITE = Script.read(RedisStateStorage.class.getResourceAsStream("write.lua"));

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

    private static MigrationReport migrate(boolean removing, boolean before, Runnable interference) {
        AiogramMigration migration = new AiogramMigration(
                new InterferingPort(before, interference),
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

    private static AiogramMigration migration(RedisPort port) {
        return new AiogramMigration(
                port, DEADLINE, AiogramLayout.builder().bot(1).build(), RedisStorageOptions.defaults());
    }

    private static void data(String json) {
        redis.call("SET", "fsm:7:7:data", json);
    }

    /** Aiogram continues to write between two runs: only the operator knows which version is newer. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatDiffersFromTheTargetIsNotRemoved(boolean withState) throws Exception {
        if (withState) {
            source("A");
        }
        data("{\"c\": 1}");
        migration(new SocketPort(redis)).run(Direction.FROM_AIOGRAM);
        data("{\"c\": 2}");

        MigrationReport dry = migration(new SocketPort(redis)).removing().dry().run(Direction.FROM_AIOGRAM);
        MigrationReport report = migration(new SocketPort(redis)).removing().run(Direction.FROM_AIOGRAM);

        assertThat(redis.text("GET", "fsm:7:7:data")).isEqualTo("{\"c\": 2}");
        assertThat(read().data()).isEqualTo(Map.of("c", "1"));
        assertThat(report.newerThere()).isEqualTo(1);
        assertThat(report.newer()).containsExactly(withState ? "fsm:7:7:state" : "fsm:7:7:data");
        assertThat(dry).isEqualTo(report);
    }

    /** Whatever changed it there: a write of the bot, or the end of a conversation in answer to an event. */
    @Test
    void whatWasChangedOrClearedInTheTargetIsNotRemoved() throws Exception {
        source("A");
        migration(new SocketPort(redis)).run(Direction.FROM_AIOGRAM);
        write(Mutation.builder().eventId(5).clearState().replaceData(Map.of()));
        assertThat(migration(new SocketPort(redis))
                        .removing()
                        .run(Direction.FROM_AIOGRAM)
                        .newer())
                .containsExactly("fsm:7:7:state");
        write(Mutation.builder().state("B"));
        assertThat(migration(new SocketPort(redis))
                        .removing()
                        .run(Direction.FROM_AIOGRAM)
                        .newer())
                .containsExactly("fsm:7:7:state");
        assertThat(redis.text("GET", "fsm:7:7:state")).isEqualTo("A");
    }

    @Test
    void whatDiffersIsNotRemovedOnTheWayBack() throws Exception {
        write(Mutation.builder().state("A"));
        migration(new SocketPort(redis)).run(Direction.TO_AIOGRAM);
        write(Mutation.builder().state("B"));
        MigrationReport report = migration(new SocketPort(redis)).removing().run(Direction.TO_AIOGRAM);
        assertThat(report.newer()).containsExactly("fsm:{1:7:7}");
        assertThat(read().state()).hasValue("B");
        assertThat(redis.text("GET", "fsm:7:7:state")).isEqualTo("A");
    }

    /** The copy is read back, and differs from the source if it was changed meanwhile. */
    @Test
    void whatIsNotReadBackAsItWasCopiedIsNotRemoved() throws Exception {
        source("old");
        MigrationReport report =
                migrate(true, false, () -> write(Mutation.builder().state("new")));
        assertThat(read().state()).hasValue("new");
        assertThat(redis.text("GET", "fsm:7:7:state")).isEqualTo("old");
        assertThat(report.newer()).containsExactly("fsm:7:7:state");
    }

    /** The source changes after the comparison, immediately before it is removed. */
    @Test
    void whatChangesInTheSourceAfterItWasComparedIsNotRemoved() throws Exception {
        source("A");
        migration(new SocketPort(redis)).run(Direction.FROM_AIOGRAM);
        MigrationReport report =
                migration(new BeforeRemoval(() -> source("B"))).removing().run(Direction.FROM_AIOGRAM);
        assertThat(redis.text("GET", "fsm:7:7:state")).isEqualTo("B");
        assertThat(read().state()).hasValue("A");
        assertThat(report.newer()).containsExactly("fsm:7:7:state");
    }

    @Test
    void whatChangesInTheSourceAfterItWasCopiedAndComparedIsCopiedAgain() throws Exception {
        source("A");
        MigrationReport report =
                migration(new BeforeRemoval(() -> source("B"))).removing().run(Direction.FROM_AIOGRAM);
        assertThat(redis.number("EXISTS", "fsm:7:7:state")).isZero();
        assertThat(read().state()).hasValue("B");
        assertThat(report.migrated()).isEqualTo(1);
    }

    /** Its state is set after the keys of states were listed, so that it is found by its data. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatDiffersAndGetsAStateDuringTheRunIsNamed(boolean removing) throws Exception {
        data("{\"c\": 1}");
        migration(new SocketPort(redis)).run(Direction.FROM_AIOGRAM);
        data("{\"c\": 2}");
        AiogramMigration migration = migration(new BeforeDataAreListed(() -> source("A")));
        MigrationReport report = (removing ? migration.removing() : migration).run(Direction.FROM_AIOGRAM);
        assertThat(redis.text("GET", "fsm:7:7:data")).isEqualTo("{\"c\": 2}");
        assertThat(redis.text("GET", "fsm:7:7:state")).isEqualTo("A");
        assertThat(report.newer()).containsExactly("fsm:7:7:data");
        assertThat(report.newerThere()).isEqualTo(1);
    }

    /** Runs an action before keys of data are listed in the pass over data. */
    private static final class BeforeDataAreListed extends SocketPort {
        private final Runnable interference;

        BeforeDataAreListed(Runnable interference) {
            super(redis);
            this.interference = interference;
        }

        @Override
        public CompletionStage<List<Object>> evalsha(String sha, List<byte[]> keys, List<byte[]> args) {
            if (sha.equals(MigrationRun.SCAN.sha()) && new String(args.get(1), UTF_8).endsWith(":data")) {
                interference.run();
            }
            return super.evalsha(sha, keys, args);
        }
    }

    /** Runs an action once, between the last read of the source and the write that removes. */
    private static final class BeforeRemoval extends SocketPort {
        private Runnable interference;

        BeforeRemoval(Runnable interference) {
            super(redis);
            this.interference = interference;
        }

        @Override
        public CompletionStage<List<Object>> evalsha(String sha, List<byte[]> keys, List<byte[]> args) {
            if (sha.equals(AiogramStateStorage.WRITE.sha())) {
                interference.run();
                interference = () -> {};
            }
            return super.evalsha(sha, keys, args);
        }
    }

    /** While keys are being listed, states are set for all conversations that had only data. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatExistsThroughoutIsMigratedOnceWhicheverKeyIsListed(boolean removing) {
        int users = 3_000;
        for (int user = 1; user <= users; user++) {
            redis.call("SET", "fsm:" + user + ":" + user + ":data", "{\"n\": " + user + "}");
        }
        Listing statesAreSet = new Listing(WRITE, () -> {
            for (int user = 1; user <= users; user++) {
                redis.call("SET", "fsm:" + user + ":" + user + ":state", "A", "NX");
            }
        });
        AiogramMigration migration = migration(statesAreSet);
        MigrationReport report = (removing ? migration.removing() : migration).run(Direction.FROM_AIOGRAM);

        assertThat(statesAreSet.isDone()).isTrue();
        assertThat(report.skippedInAll()).isZero();
        assertThat(report.migrated()).as("%s", report).isEqualTo(users);
        for (int user = 1; user <= users; user++) {
            assertThat(redis.text("HGET", "fsm:{1:" + user + ":" + user + "}", ":n"))
                    .isEqualTo("" + user);
        }
    }

    @Test
    void keysThatVanishWhileTheyAreListedAreNeitherMigratedNorSkipped() {
        int users = 1_000;
        for (int user = 1; user <= users; user++) {
            redis.call("SET", "fsm:" + user + ":" + user + ":state", "A");
        }
        Listing allVanish = new Listing(WRITE, () -> redis.call("EVAL", """
                        for _, key in ipairs(redis.call('KEYS', 'fsm:*:state')) do redis.call('DEL', key) end""", "0"));
        MigrationReport report = migration(allVanish).run(Direction.FROM_AIOGRAM);
        assertThat(allVanish.isDone()).isTrue();
        assertThat(report.migrated()).isPositive().isEqualTo(redis.number("DBSIZE"));
        assertThat(List.of(report.alreadyThere(), report.newerThere(), report.skippedInAll()))
                .containsOnly(0L);
    }

    /**
     * Runs an action once, some pages of keys after the first run of a script, and before the values of the last page
     * are read.
     */
    private static final class Listing extends SocketPort {
        private static final int PAGES = 10;

        private final Script begin;
        private final Runnable interference;
        private boolean hasBegun;
        private int pages;

        Listing(Script begin, Runnable interference) {
            super(redis);
            this.begin = begin;
            this.interference = interference;
        }

        boolean isDone() {
            return pages >= PAGES;
        }

        @Override
        public CompletionStage<List<Object>> evalsha(String sha, List<byte[]> keys, List<byte[]> args) {
            hasBegun |= sha.equals(begin.sha());
            CompletionStage<List<Object>> reply = super.evalsha(sha, keys, args);
            if (hasBegun && sha.equals(MigrationRun.SCAN.sha()) && ++pages == PAGES) {
                interference.run();
            }
            return reply;
        }
    }

    /** Runs an action once, before or after the first write to the target. */
    private static final class InterferingPort extends SocketPort {
        private final boolean before;
        private Consumer<Runnable> once = Runnable::run;
        private final Runnable interference;

        InterferingPort(boolean before, Runnable interference) {
            super(redis);
            this.before = before;
            this.interference = interference;
        }

        private void act() {
            once.accept(interference);
            once = done -> {};
        }

        @Override
        public CompletionStage<List<Object>> eval(byte[] script, List<byte[]> keys, List<byte[]> args) {
            return around(Script.sha1(script), super.eval(script, keys, args));
        }

        @Override
        public CompletionStage<List<Object>> evalsha(String sha, List<byte[]> keys, List<byte[]> args) {
            if (before && sha.equals(WRITE.sha())) {
                act();
            }
            return around(sha, super.evalsha(sha, keys, args));
        }

        private CompletionStage<List<Object>> around(String sha, CompletionStage<List<Object>> reply) {
            boolean done = !reply.toCompletableFuture().isCompletedExceptionally();
            if (!before && done && sha.equals(WRITE.sha())) {
                act();
            }
            return reply;
        }
    }
}
