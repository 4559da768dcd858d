package io.botfsm.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.lock.store.Acquisition;
import io.botfsm.lock.store.Acquisition.Granted;
import io.botfsm.lock.store.Claim;
import io.botfsm.lock.store.LeaseRequest;
import io.botfsm.lock.store.LeaseStore;
import io.botfsm.lock.store.LeaseStore.Fences;
import io.botfsm.redis.spi.RedisPort;
import io.botfsm.redis.spi.RedisPortException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How far back the store remembers according to a grant, and what is queried to find out. */
@Timeout(30)
class LeaseMemoryTest {
    private static final Duration DEADLINE = Duration.ofMillis(300);

    private static final String SHOWS_NO_LOSS = String.join(
            "\r\n",
            "redis_mode:standalone",
            "loading:0",
            "evicted_keys:0",
            "role:master",
            "master_replid2:0000000000000000000000000000000000000000",
            "cmdstat_set:calls=2,usec=28",
            "");

    private final long begin = System.nanoTime();
    private final ScriptedPort port = new ScriptedPort();
    private final LeaseStore store = new RedisLeaseStore(port, DEADLINE, RedisLeaseOptions.defaults());

    private static LeaseRequest request(Fences fences) {
        return new LeaseRequest("bot", new Claim("token", "host"), Duration.ofSeconds(30), 0, fences);
    }

    private static Duration memory(CompletionStage<Acquisition> acquired) throws Exception {
        return ((Granted) acquired.toCompletableFuture().get(10, TimeUnit.SECONDS)).memory();
    }

    private Duration memory() throws Exception {
        return memory(store.acquire(request(Fences.KEPT)));
    }

    /** A server that reports n seconds may have been up for little more than n - 1. */
    private void isUptime(Duration memory, long seconds) {
        Duration uptime = Duration.ofSeconds(seconds - 1);
        assertThat(memory).isBetween(uptime.minusSeconds(1), uptime.plusNanos(System.nanoTime() - begin));
    }

    @Test
    void usuallyTheServersUptime() throws Exception {
        port.uptime = 100;
        isUptime(memory(), 100);
    }

    @Test
    void whatAServerHasJustBegunToKnowIsNothing() throws Exception {
        for (long justStarted : List.of(0, 1)) {
            port.uptime = justStarted;
            port.connection++;
            assertThat(memory()).isZero();
        }
    }

    @Test
    void itGrowsWithoutAskingAgain() throws Exception {
        port.uptime = 100;
        Duration first = memory();
        int infos = port.infos;
        long waiting = System.nanoTime();
        while (System.nanoTime() - waiting < TimeUnit.MILLISECONDS.toNanos(20)) {
            Thread.onSpinWait();
        }
        assertThat(memory()).isGreaterThanOrEqualTo(first.plusMillis(20));
        assertThat(port.infos).isEqualTo(infos);
    }

    @Test
    void aMissingFenceMayHaveBeenForgotten() throws Exception {
        port.reply = "5000000 0000000005000000";
        assertThat(memory()).isZero();
        isUptime(memory(store.acquire(request(Fences.EXPIRING))), port.uptime);
    }

    /** A failed acquisition may have created the fence after the store was emptied. */
    @Test
    void aYoungFenceShowsWhenTheStoreWasEmptied() throws Exception {
        port.uptime = 100;
        port.reply = "7000000 0000000005000000";
        assertThat(memory()).isEqualTo(Duration.ofSeconds(2));
        port.reply = "5 0000000005000000 7000000";
        assertThat(memory()).isEqualTo(Duration.ofSeconds(2));
        isUptime(memory(store.acquire(request(Fences.EXPIRING))), port.uptime);
        port.reply = "5 0000000005000000 4000000";
        assertThat(memory()).isZero();
        port.reply = "5 words of letters 7000000";
        assertThat(memory()).isZero();
    }

    @Test
    void inAStoreDeclaredNewAMissingFenceWasNeverThere() throws Exception {
        port.reply = "5000000 0000000005000000";
        LeaseStore declared = new RedisLeaseStore(
                port, DEADLINE, RedisLeaseOptions.builder().newStore(true).build());
        isUptime(memory(declared.acquire(request(Fences.KEPT))), port.uptime);
    }

    /** A first start on a server that shows that it was not emptied. */
    @Test
    void aMissingFenceWasNeverThereIfTheServerShowsThatNothingWasLost() throws Exception {
        port.reply = "5000000 0000000005000000";
        port.history = SHOWS_NO_LOSS;
        isUptime(memory(), port.uptime);

        port.history = SHOWS_NO_LOSS + "cmdstat_flushall:calls=1,usec=8\r\n";
        assertThat(memory()).as("emptied since, over the same connection").isZero();
    }

    /** A query after the grant must be answered by the server that granted. */
    @Test
    void aServerThatAnswersOnAnotherConnectionShowsNothing() throws Exception {
        port.reply = "5000000 0000000005000000";
        port.history = SHOWS_NO_LOSS;
        port.reconnectsAtHistory = true;
        assertThat(memory()).isZero();
    }

    @Test
    void aFenceOlderThanTheLeaseNeedsNoQuestion() throws Exception {
        port.uptime = 100;
        port.reply = "36000000 0000000005000000";
        assertThat(memory()).isEqualTo(Duration.ofSeconds(31));
        assertThat(port.infos).as("INFO server and INFO persistence").isEqualTo(2);
    }

    @Test
    void aServerThatDoesNotAnswerInTimeShowsNothing() throws Exception {
        memory();
        port.reply = "5000000 0000000005000000";
        port.history = null;
        assertThat(memory()).isZero();
    }

    @Test
    void everythingWhereTheServerAnswersOnlyWhatIsOnDisk() throws Exception {
        port.aof = 1;
        assertThat(memory()).isEqualTo(Granted.EVERYTHING);
        port.reply = "5000000 0000000005000000";
        assertThat(memory()).isEqualTo(Granted.EVERYTHING);
    }

    @ParameterizedTest
    @CsvSource({"1, everysec, no", "1, no, no", "0, always, no", "1, always, yes", "1, '', ''"})
    void notEverythingWhereTheServerMayForgetTheLastMoment(int aof, String fsync, String notOnRewrite)
            throws Exception {
        port.aof = aof;
        port.settings = List.of("appendfsync", fsync, "no-appendfsync-on-rewrite", notOnRewrite);
        isUptime(memory(), port.uptime);
    }

    @Test
    void notEverythingWhereTheServerDoesNotReportItsSettings() throws Exception {
        port.aof = 1;
        port.configRefused = true;
        isUptime(memory(), port.uptime);
    }

    @Test
    void aServerWithoutAofIsNotAskedForItsSettings() throws Exception {
        memory();
        assertThat(port.configs).isZero();
    }

    @Test
    void nothingWhereTheServerDoesNotReportItsUptimeAndItIsAskedAgain() throws Exception {
        port.infoRefused = true;
        assertThat(memory()).isZero();
        port.infoRefused = false;
        isUptime(memory(), port.uptime);
    }

    @Test
    void aNewConnectionMayLeadToAServerThatHasRestarted() throws Exception {
        port.uptime = 100;
        isUptime(memory(), 100);
        port.connection++;
        port.uptime = 7;
        isUptime(memory(), 7);
    }

    /** The reply may be the first one over the new connection. */
    @Test
    void aConnectionThatIsReplacedDuringTheCallCounts() throws Exception {
        port.uptime = 100;
        memory();
        CompletableFuture<List<Object>> reply = port.hold();
        CompletionStage<Acquisition> acquired = store.acquire(request(Fences.KEPT));
        port.connection++;
        port.uptime = 7;
        CompletableFuture<String> info = port.holdInfo();
        reply.complete(port.granted());
        assertThat(acquired.toCompletableFuture())
                .as("before the new server reported its uptime")
                .isNotDone();

        info.complete(port.text());
        isUptime(memory(acquired), 7);
    }

    /** An answer over the old connection must not be taken for one over the new connection. */
    @Test
    void anAnswerOfTheConnectionBeforeIsNotBelieved() throws Exception {
        port.uptime = 100;
        CompletableFuture<String> old = port.holdInfo();
        CompletableFuture<List<Object>> reply = port.hold();
        CompletionStage<Acquisition> acquired = store.acquire(request(Fences.KEPT));
        String oldText = port.text();
        port.connection++;
        port.uptime = 7;
        reply.complete(port.granted());
        old.complete(oldText);
        isUptime(memory(acquired), 7);
    }

    @Test
    void nothingWhereTheAnswerTakesTooLong() throws Exception {
        CompletableFuture<String> never = port.holdInfo();
        assertThat(memory()).isZero();
        assertThat(System.nanoTime() - begin).isLessThan(DEADLINE.plusSeconds(2).toNanos());
        assertThat(never).isNotDone();
    }

    @Test
    void manyAtOnceAskOnce() {
        CompletableFuture<String> info = port.holdInfo();
        List<CompletionStage<Acquisition>> all = List.of(
                store.acquire(request(Fences.KEPT)),
                store.acquire(request(Fences.KEPT)),
                store.acquire(request(Fences.KEPT)));
        info.complete(port.text());
        assertThat(all).allSatisfy(one -> isUptime(memory(one), port.uptime));
        assertThat(port.infos).as("INFO server and INFO persistence").isEqualTo(2);
    }

    /** On a cluster another node may have been up for longer. */
    @Test
    void theServerThatHoldsTheLeaseIsAsked() throws Exception {
        ScriptedPort node = new ScriptedPort();
        node.uptime = 7;
        port.uptime = 1_000;
        port.nodes.add(node);
        isUptime(memory(), 7);
        assertThat(port.infos).isZero();
        memory();
        assertThat(node.infos).isEqualTo(2); // server and persistence, once
    }

    @Test
    void aLeaseThatMovedWhileItWasGrantedMayHaveBeenForgotten() throws Exception {
        ScriptedPort before = new ScriptedPort();
        ScriptedPort after = new ScriptedPort();
        port.nodes.add(before);
        CompletableFuture<List<Object>> reply = port.hold();
        CompletionStage<Acquisition> acquired = store.acquire(request(Fences.KEPT));
        port.nodes.set(0, after);
        reply.complete(port.granted());
        assertThat(memory(acquired)).isZero();
        isUptime(memory(), after.uptime);
    }

    /** Grants every lease, and answers as configured. */
    private static final class ScriptedPort extends FailingPort {
        private long connection;
        private long uptime = 50;
        private int aof;
        private List<String> settings = List.of("appendfsync", "always", "no-appendfsync-on-rewrite", "no");
        private @Nullable String history = "";
        private boolean reconnectsAtHistory;
        private boolean infoRefused;
        private boolean configRefused;
        private String reply = "9000000000000000 0000000000000001";
        private int infos;
        private int configs;
        private final Deque<CompletableFuture<List<Object>>> heldReplies = new ArrayDeque<>();
        private final Deque<CompletableFuture<String>> heldInfos = new ArrayDeque<>();
        private final List<RedisPort> nodes = new ArrayList<>();

        ScriptedPort() {
            super(RedisPortException.ofServerError("NOPERM no"));
        }

        /** Holds back the reply of the next script. */
        CompletableFuture<List<Object>> hold() {
            heldReplies.add(new CompletableFuture<>());
            return heldReplies.element();
        }

        /** Holds back the next answer of the server about its uptime. */
        CompletableFuture<String> holdInfo() {
            heldInfos.add(new CompletableFuture<>());
            return heldInfos.element();
        }

        List<Object> granted() {
            return List.of(reply.getBytes(UTF_8));
        }

        String text() {
            return String.format(Locale.ROOT, "# Server\r\nuptime_in_seconds:%d\r\nuptime_in_days:9\r\n", uptime);
        }

        @Override
        public long connection() {
            return connection;
        }

        @Override
        public RedisPort at(byte[] key) {
            assertThat(key).asString(UTF_8).isEqualTo("lock:{bot}");
            return nodes.isEmpty() ? this : nodes.get(0);
        }

        @Override
        public CompletionStage<List<Object>> evalsha(String sha, List<byte[]> keys, List<byte[]> args) {
            assertThat(sha).isEqualTo(Scripts.ACQUIRE.sha());
            CompletableFuture<List<Object>> held = heldReplies.poll();
            return held != null ? held : CompletableFuture.completedFuture(granted());
        }

        @Override
        public CompletionStage<String> info(String section) {
            infos++;
            if (infoRefused) {
                return super.info(section);
            }
            if (section.equals("persistence")) {
                return CompletableFuture.completedFuture("# Persistence\r\nloading:0\r\naof_enabled:" + aof + "\r\n");
            }
            if (section.equals("all")) {
                connection += reconnectsAtHistory ? 1 : 0;
                return history == null ? new CompletableFuture<>() : CompletableFuture.completedFuture(history);
            }
            CompletableFuture<String> held = heldInfos.poll();
            return held != null ? held : CompletableFuture.completedFuture(text());
        }

        @Override
        public CompletionStage<List<byte[]>> configGet(String pattern) {
            configs++;
            return configRefused
                    ? super.configGet(pattern)
                    : CompletableFuture.completedFuture(
                            settings.stream().map(word -> word.getBytes(UTF_8)).toList());
        }
    }
}
