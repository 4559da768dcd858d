package io.botfsm.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.botfsm.Fsm;
import io.botfsm.conformance.internal.Crowd;
import io.botfsm.lock.store.Acquisition.Granted;
import io.botfsm.lock.store.Claim;
import io.botfsm.lock.store.LeaseRequest;
import io.botfsm.lock.store.LeaseStore;
import io.botfsm.storage.ConversationRefusedException;
import io.botfsm.storage.EventId;
import io.botfsm.storage.InterruptedCallException;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Outcome.Applied;
import io.botfsm.storage.Outcome.Conflict;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.StorageRefusedException;
import io.botfsm.storage.StorageUnavailableException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;

/** What the conformance suites do not cover, on each database. */
@Timeout(120)
@TestInstance(Lifecycle.PER_CLASS)
abstract class EngineTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(20);
    private static final StorageKey KEY = StorageKey.bot(1).chat(2).user(3).build();

    final Engine engine;
    private DatabaseInTest database;

    EngineTest(Engine engine) {
        this.engine = engine;
    }

    @BeforeAll
    final void start() {
        database = DatabaseInTest.durable(engine);
    }

    @AfterAll
    final void stop() {
        database.close();
    }

    private static Mutation.Builder change() {
        return Mutation.builder();
    }

    private static Applied applied(StateStorage storage, StorageKey key, Mutation.Builder change) {
        return (Applied) Await.answer(storage.write(key, change.build()));
    }

    private static StorageKey key(String user) {
        return StorageKey.bot("engine").chat(1).user(user).build();
    }

    private HikariDataSource pool(String inUrl) {
        return Engine.pool(engine.url(engine.newDatabase()) + inUrl, 4, EngineTest::patient);
    }

    private HikariDataSource pool(Consumer<HikariConfig> settings) {
        return Engine.pool(engine.url(engine.newDatabase()), 4, config -> {
            patient(config);
            settings.accept(config);
        });
    }

    /** Connections may take long to open while other suites run. */
    private static void patient(HikariConfig settings) {
        settings.setConnectionTimeout(20_000);
    }

    /** Several instances may start at the same time, and again later. */
    @Test
    void tablesAreCreatedOnceAndFound() {
        try (HikariDataSource pool = pool("")) {
            Crowd.of(
                    4, index -> BotDatabase.builder(pool).createTables().build().close());
            BotDatabase.builder(pool).build().close();
        }
    }

    @Test
    void missingTablesAreRefusedWithTheRemedy() {
        try (HikariDataSource pool = pool("")) {
            assertThatThrownBy(() -> BotDatabase.builder(pool).build())
                    .isInstanceOf(StorageRefusedException.class)
                    .hasMessageContaining("fsm_conversation is missing")
                    .hasMessageContaining(".sql of fsm-jdbc")
                    .hasMessageContaining("createTables()");
        }
    }

    @Test
    void olderTablesAreRefusedByTheColumnsThatTheyLack() {
        try (DatabaseInTest older = DatabaseInTest.of(engine)) {
            older.execute("ALTER TABLE fsm_conversation DROP COLUMN end_ms");
            assertThatThrownBy(() ->
                            BotDatabase.builder(older.pool()).createTables().build())
                    .isInstanceOf(StorageRefusedException.class)
                    .hasMessageContaining("fsm_conversation lacks the columns [end_ms]");
        }
    }

    /** The conformance suites use a stopped clock, so they do not cover this. */
    @Test
    void timesAreThoseOfTheDatabase() {
        StateStorage storage = database.builder(TIMEOUT).build().stateStorage();
        StorageKey key = key("times");
        applied(storage, key, change().state("A").fencingToken(3));
        Snapshot first = Await.answer(storage.read(key));
        assertThat(first.touched().orElseThrow()).isCloseTo(Instant.now(), within(30, ChronoUnit.SECONDS));
        applied(storage, key, change().put("a", "1").expectVersion(first.version()));
        Snapshot second = Await.answer(storage.read(key));
        assertThat(second.since()).isEqualTo(first.since());
        assertThat(second.touched().orElseThrow()).isCloseTo(Instant.now(), within(30, ChronoUnit.SECONDS));
        applied(storage, key, change().state("B").ttl(Duration.ofMillis(1)));
        assertThat(Await.answer(storage.read(key)).version()).isGreaterThanOrEqualTo(second.version());
    }

    @Test
    void longKeysThatBeginAlikeAreDifferent() {
        StateStorage storage = database.builder(TIMEOUT).build().stateStorage();
        String beginning = "é".repeat(300);
        applied(storage, key(beginning + "a"), change().state("A"));
        applied(storage, key(beginning + "b"), change().state("B"));
        assertThat(Await.answer(storage.read(key(beginning + "a"))).state()).hasValue("A");
        assertThat(Await.answer(storage.read(key(beginning))).state()).isEmpty();
    }

    @Test
    void handlingAnUpdateIsTwoRoundTrips() {
        ObservedDataSource observed = new ObservedDataSource(database.pool());
        try (BotDatabase opened = BotDatabase.builder(observed.dataSource()).build()) {
            Fsm fsm = Fsm.builder(opened.stateStorage()).build();
            StorageKey key = key("round-trips");
            fsm.handle(key, EventId.of(1), turn -> turn.put("n", 1));
            int before = observed.executed();
            fsm.handle(key, EventId.of(2), turn -> turn.put("n", 2));
            assertThat(observed.executed() - before).isEqualTo(2);
            assertThat(fsm.context(key).read().value("n", Integer.class)).hasValue(2);
        }
    }

    /** That saves two thread switches for each call. */
    @Test
    void aCallerThatWaitsRunsTheCallItselfIfTheDriverLimitsStatements() {
        AtomicInteger handedOver = new AtomicInteger();
        Executor counting = task -> {
            handedOver.incrementAndGet();
            new Thread(task).start();
        };
        try (BotDatabase opened =
                BotDatabase.builder(database.pool()).executor(counting).build()) {
            Fsm fsm = Fsm.builder(opened.stateStorage()).build();
            fsm.handle(key("waits"), EventId.of(1), turn -> turn.put("n", 1));
            boolean limited = engine != Engine.H2;
            assertThat(handedOver.getAndSet(0)).isEqualTo(limited ? 0 : 2);
            Await.answer(fsm.handleAsync(key("waits"), EventId.of(2), turn -> turn.put("n", 2)));
            assertThat(handedOver).hasValue(2);
        }
    }

    @Test
    @Timeout(20)
    void aCallerFailsInTimeWhileThePoolHasNoConnection() {
        try (HikariDataSource pool = pool(EngineTest::oneConnectionAndNoTimeout)) {
            Fsm fsm = Fsm.of(BotDatabase.builder(pool)
                    .timeout(Duration.ofMillis(300))
                    .createTables()
                    .build()
                    .stateStorage());
            holding(pool, () -> {
                assertThatThrownBy(() -> fsm.context(KEY).state())
                        .isInstanceOfSatisfying(
                                StorageUnavailableException.class,
                                failure -> assertThat(failure.mayBeApplied()).isFalse());
                assertThat(Thread.currentThread().isInterrupted()).isFalse();
            });
            assertThat(fsm.context(KEY).state()).isEmpty();
        }
    }

    @Test
    void anInterruptEndsTheWaitForAConnection() {
        try (HikariDataSource pool = pool(EngineTest::oneConnectionAndNoTimeout)) {
            Fsm fsm = Fsm.of(BotDatabase.builder(pool).createTables().build().stateStorage());
            FutureTask<Boolean> caller = new FutureTask<>(() -> {
                assertThatThrownBy(() -> fsm.context(KEY).setState("A")).isInstanceOf(InterruptedCallException.class);
                return Thread.currentThread().isInterrupted();
            });
            Thread thread = new Thread(caller);
            holding(pool, () -> {
                thread.start();
                Awaitility.await().until(() -> pool.getHikariPoolMXBean().getThreadsAwaitingConnection() == 1);
                thread.interrupt();
                assertThat(caller).succeedsWithin(Duration.ofSeconds(20)).isEqualTo(true);
            });
        }
    }

    /** On the caller's thread, the sweep would wait for a second connection while the write holds the only one. */
    @Test
    void aSweepDoesNotRunWithinTheWriteThatBeginsIt() {
        AtomicInteger handedOver = new AtomicInteger();
        Executor executor = work -> {
            handedOver.incrementAndGet();
            new Thread(work).start();
        };
        try (HikariDataSource pool = pool(EngineTest::oneConnectionAndNoTimeout)) {
            Fsm fsm = Fsm.of(BotDatabase.builder(pool)
                    .executor(executor)
                    .createTables()
                    .build()
                    .stateStorage());
            handedOver.set(0);
            for (int write = 0; write < 64; write++) { // enough to start a sweep
                fsm.context(KEY).setState("A");
            }
            assertThat(handedOver).hasPositiveValue();
        }
    }

    private static void oneConnectionAndNoTimeout(HikariConfig settings) {
        settings.setMaximumPoolSize(1);
        settings.setConnectionTimeout(0);
    }

    private static void holding(HikariDataSource pool, Runnable meanwhile) {
        try (Connection held = pool.getConnection()) {
            meanwhile.run();
            assertThat(held.isClosed()).isFalse();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void whatIsRememberedIsOnlyABeginning() {
        StateStorage one = database.builder(TIMEOUT).build().stateStorage();
        StateStorage other = database.builder(TIMEOUT).build().stateStorage();
        StorageKey key = key("remembered");
        long seen = applied(one, key, change().state("A").put("a", "1")).version();
        applied(other, key, change().put("b", "2"));
        Conflict conflict = (Conflict) Await.answer(
                one.write(key, change().state("B").expectVersion(seen).build()));
        assertThat(conflict.current().data()).isEqualTo(Map.of("a", "1", "b", "2"));
        applied(one, key, change().state("B").expectVersion(conflict.current().version()));
        assertThat(Await.answer(other.read(key)).data()).isEqualTo(Map.of("a", "1", "b", "2"));
    }

    /** The row ends with state and data, or later if an event outlives them. */
    @Test
    void whatEndsBetweenReadingAndWritingIsNotRevived() {
        try (DatabaseInTest stopped = DatabaseInTest.of(engine).withStoppedClock()) {
            ObservedDataSource observed = new ObservedDataSource(stopped.pool());
            StateStorage storage =
                    stopped.builder(observed.dataSource(), TIMEOUT).build().stateStorage();
            for (String user : List.of("row", "event")) {
                Mutation.Builder brief = change().state("A").put("a", "1").ttl(Duration.ofMinutes(1));
                applied(storage, key(user), user.equals("event") ? brief.eventId(EventId.of(1)) : brief);
                observed.beforeNextUpdate(() -> stopped.advance(Duration.ofMinutes(2)));
                applied(storage, key(user), change().put("b", "1"));
                Snapshot after = Await.answer(storage.read(key(user)));
                assertThat(after.state()).as(user).isEmpty();
                assertThat(after.data()).as(user).containsOnlyKeys("b");
            }
        }
    }

    /** A row that is not there yet cannot be locked. */
    @Test
    void manyFirstWritesOfOneConversationAllSurvive() {
        StateStorage storage = database.builder(TIMEOUT).build().stateStorage();
        for (int round = 0; round < 10; round++) {
            StorageKey key = key("first-" + round);
            Crowd.of(4, index -> applied(storage, key, change().put("n" + index, "1")));
            assertThat(Await.answer(storage.read(key)).data()).hasSize(4);
        }
    }

    @Test
    void ofManyWhoAskOneGetsTheLease() {
        try (LeaseStore store = database.builder(TIMEOUT).build().leaseStore()) {
            long last = 0;
            for (int round = 0; round < 5; round++) {
                Queue<Granted> granted = new ConcurrentLinkedQueue<>();
                Crowd.of(4, index -> {
                    if (Await.answer(store.acquire(request("one", "claim-" + index))) instanceof Granted grant) {
                        granted.add(grant);
                    }
                });
                assertThat(granted).hasSize(1);
                assertThat(granted.element().fencingToken()).isGreaterThan(last);
                last = granted.element().fencingToken();
                Await.answer(store.force("one"));
            }
        }
    }

    private static LeaseRequest request(String name, String token) {
        return new LeaseRequest(
                name, new Claim(token, "holder"), Duration.ofSeconds(30), 0, LeaseStore.Fences.EXPIRING);
    }

    @Test
    void connectionsWithoutAutocommitDo() {
        try (HikariDataSource pool = pool(settings -> settings.setAutoCommit(false))) {
            BotDatabase opened = BotDatabase.builder(pool).createTables().build();
            applied(opened.stateStorage(), KEY, change().state("A"));
            assertThat(Await.answer(opened.stateStorage().read(KEY)).state()).hasValue("A");
            opened.close();
        }
    }

    /** At this level, an update may see uncommitted changes of other transactions. */
    @Test
    void readUncommittedIsRefused() {
        try (HikariDataSource pool =
                pool(settings -> settings.setTransactionIsolation("TRANSACTION_READ_UNCOMMITTED"))) {
            BotDatabase.Builder builder = BotDatabase.builder(pool).createTables();
            assertThatThrownBy(builder::build)
                    .isInstanceOf(StorageRefusedException.class)
                    .hasMessageContaining("READ UNCOMMITTED")
                    .hasMessageContaining("READ COMMITTED or higher");
        }
    }

    /** At this level, a transaction fails if another one changed what it has read: a lost race, which is retried. */
    @Test
    void increasingUnderSerializableIsExact() {
        try (HikariDataSource pool = pool(settings -> settings.setTransactionIsolation("TRANSACTION_SERIALIZABLE"))) {
            BotDatabase opened =
                    BotDatabase.builder(pool).timeout(TIMEOUT).createTables().build();
            StateStorage storage = opened.stateStorage();
            Crowd.of(4, index -> {
                for (int done = 0; done < 25; ) {
                    Snapshot seen = Await.answer(storage.read(KEY));
                    int next = Integer.parseInt(seen.data().getOrDefault("n", "0")) + 1;
                    Mutation add = change().put("n", Integer.toString(next))
                            .put(index + "-" + done, "1")
                            .expectVersion(seen.version())
                            .build();
                    done += Await.answer(storage.write(KEY, add)) instanceof Applied ? 1 : 0;
                }
            });
            assertThat(Await.answer(storage.read(KEY)).data())
                    .containsEntry("n", "100")
                    .hasSize(101);
            opened.close();
        }
    }

    @Test
    void aRecordOfANewerFormatIsRefusedByNameAndLeftAlone() {
        StateStorage storage = database.builder(TIMEOUT).build().stateStorage();
        StorageKey key = key("newer");
        applied(storage, key, change().state("A"));
        database.execute("UPDATE fsm_conversation SET format = 7 WHERE key_text = '" + key.toText() + "'");
        assertThat(Await.failure(storage.read(key)))
                .isInstanceOf(ConversationRefusedException.class)
                .hasMessageContaining("its format is 7");
        ConversationRefusedException refused = (ConversationRefusedException)
                Await.failure(storage.write(key, change().state("B").build()));
        assertThat(refused.mayBeApplied()).isFalse();
        assertThat(database.count("SELECT count(*) FROM fsm_conversation WHERE format = 7"))
                .isEqualTo(1);
    }

    /** A writer that has read the clock earlier must not issue a version of the cleared row again. */
    @Test
    void whatIsClearedIsDeletedAnHourLater() {
        try (DatabaseInTest stopped = DatabaseInTest.of(engine).withStoppedClock()) {
            StateStorage storage = stopped.builder(TIMEOUT).build().stateStorage();
            long cleared = applied(storage, KEY, change().state("A")).version();
            applied(storage, KEY, change().clearState());
            assertThat(applied(storage, KEY, change().state("B")).version()).isGreaterThan(cleared);
            applied(storage, KEY, change().clearState());
            write(storage, 200);
            assertThat(rowsOfKey(stopped)).isEqualTo(1);
            stopped.advance(Duration.ofMinutes(61));
            Awaitility.await().atMost(TIMEOUT).until(() -> {
                write(storage, 64);
                return rowsOfKey(stopped) == 0;
            });
        }
    }

    /** Otherwise, programs that restart often would never reach the later rows. */
    @Test
    void rowsAreSweptFromTheFirstWriteOfTheProcessOn() {
        try (DatabaseInTest stopped = DatabaseInTest.of(engine).withStoppedClock()) {
            StateStorage before = stopped.builder(TIMEOUT).build().stateStorage();
            for (int i = 0; i < 520; i++) {
                applied(before, key("a" + i), change().state("A"));
            }
            applied(before, key("c"), change().state("A"));
            applied(before, key("c"), change().clearState());
            stopped.advance(Duration.ofMinutes(61));
            write(stopped.builder(TIMEOUT).build().stateStorage(), 64);
            Awaitility.await()
                    .atMost(TIMEOUT)
                    .until(() -> stopped.count("SELECT count(*) FROM fsm_conversation WHERE version > 0") == 521);
        }
    }

    private static void write(StateStorage storage, int times) {
        for (int i = 0; i < times; i++) {
            applied(storage, key("busy"), change().put("i", "" + i));
        }
    }

    private static long rowsOfKey(DatabaseInTest database) {
        return database.count("SELECT count(*) FROM fsm_conversation WHERE key_text = '" + KEY.toText() + "'");
    }

    @Test
    void leasesAreRememberedForEverOnlyWhereCommitsAreDurable() {
        assertThat(memory(database.pool())).isEqualTo(isEverDurable() ? Granted.EVERYTHING : Duration.ZERO);
        try (HikariDataSource pool = pool(engine.withoutWaitingForTheDisk())) {
            BotDatabase.builder(pool).createTables().build().close();
            whileNotDurable(() -> assertThat(memory(pool)).isEqualTo(Duration.ZERO));
        }
    }

    boolean isEverDurable() {
        return true;
    }

    /** Overridden where durability is a setting of the server. */
    void whileNotDurable(Runnable test) {
        test.run();
    }

    private static Duration memory(HikariDataSource pool) {
        try (BotDatabase opened = BotDatabase.builder(pool).build();
                LeaseStore store = opened.leaseStore()) {
            String name = "lock-" + System.nanoTime();
            return ((Granted) Await.answer(store.acquire(request(name, "token")))).memory();
        }
    }
}
