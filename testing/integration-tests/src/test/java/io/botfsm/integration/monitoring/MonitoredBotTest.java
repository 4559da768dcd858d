package io.botfsm.integration.monitoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.botfsm.redis.testkit.RedisServerProcess;
import io.botfsm.telegram.testing.BotApiDouble;
import io.botfsm.telegram.testing.Fault;
import io.botfsm.telegram.testing.TelegramUser;
import io.micrometer.core.instrument.Meter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What the meters of a running bot show: whole instances on Redis, from the double's users to their replies. Each fault
 * is written down for promtool, which {@code .ci/alerts} runs: the alert of that fault fires, and no other.
 */
@Timeout(300)
class MonitoredBotTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int USERS = 10;
    private static final int CONFLICTS = 8;
    private static final long FIRST_USER = 5_550_001_000L;

    /** A server that remembers leases, so that no lock waits for its time to live. */
    private final RedisServerProcess server = RedisServerProcess.start("appendonly yes", "appendfsync always");

    private final BotApiDouble telegram =
            BotApiDouble.builder().conflictPause(Duration.ofMillis(10)).start();
    private final List<MonitoredBot> bots = new ArrayList<>();
    private final MonitoredBot first = bot();

    private MonitoredBot bot() {
        MonitoredBot bot = new MonitoredBot(server.uri(0), telegram);
        bots.add(bot);
        return bot;
    }

    @AfterEach
    void close() {
        bots.forEach(MonitoredBot::close);
        telegram.close();
        server.close();
    }

    private TelegramUser user(int number) {
        return telegram.user(FIRST_USER + number);
    }

    /** Lets users order, wait until their timeouts fire, and wait for work that fails once. */
    private void load() throws Exception {
        await().atMost(PATIENCE).until(first::isActive);
        for (int i = 0; i < USERS; i++) {
            user(i).says("/order");
        }
        for (int i = 0; i < USERS; i++) {
            user(i).awaitReply("Are you still there?", PATIENCE);
            user(i).says("large");
        }
        for (int i = 0; i < USERS; i++) {
            user(i).awaitReply("On its way.", PATIENCE);
        }
        await().atMost(PATIENCE)
                .until(() -> telegram.unconfirmedUpdates() == 0
                        && first.sampled("botfsm_polling_pending", "pizza") == 0
                        && first.sampled("botfsm_inbox_updates", "pizza") == 0);
    }

    private static void written(String alert, MonitoredBot bot, String calm) throws IOException {
        AlertScenario scenario = new AlertScenario(alert);
        scenario.add("a", calm, bot.scrape());
        assertThat(scenario.write()).isNotEmptyFile();
    }

    @Test
    void aScrapeHoldsEachMeterOfTheDocumentationAndNobody() throws Exception {
        load();
        List<String> documented = Pattern.compile("(?m)^\\| `(botfsm[a-z.]+)` \\|")
                .matcher(Files.readString(Path.of("../../docs/operate/metrics.md")))
                .results()
                .map(row -> row.group(1))
                .toList();
        assertThat(documented).hasSizeGreaterThan(30);
        assertThat(first.registry().getMeters())
                .extracting(meter -> meter.getId().getName())
                .hasSameElementsAs(documented);
        assertThat(first.registry().getMeters())
                .extracting(Meter::getId)
                .allSatisfy(id -> assertThat(id.getTag("bot")).isEqualTo("pizza"));
        String secret = telegram.token().substring(telegram.token().indexOf(':') + 1);
        assertThat(first.scrape())
                .contains("botfsm_handle_seconds_count{bot=\"pizza\",outcome=\"done\",state=\"Order:PLACED\"}")
                .contains("botfsm_health{bot=\"pizza\",check=\"storage\"} 1.0")
                .contains("botfsm_health{bot=\"pizza\",check=\"lock\"} 1.0")
                .doesNotContain("55500010", "large", secret, server.uri(0), Integer.toString(server.port()));
        assertThat(first.sampled("botfsm_timeouts_total", "fired")).isGreaterThanOrEqualTo(USERS);
        assertThat(first.sampled("botfsm_flow_work_total", "done")).isEqualTo(USERS);
        assertThat(first.sampled("botfsm_flow_work_total", "failed")).isEqualTo(1);
        assertThat(first.sampled("botfsm_flow_work_retried_total", "pizza")).isGreaterThanOrEqualTo(1);
        assertThat(first.sampled("botfsm_sends_total", "sent")).isGreaterThanOrEqualTo(4 * USERS);
        assertThat(first.sampled("botfsm_transitions_total", "from=\"none\",to=\"Order:SIZE\""))
                .isEqualTo(USERS);
        assertThat(first.sampled("botfsm_transitions_undeclared_total", "pizza"))
                .isZero();
        assertThat(first.sampled("botfsm_recovery_total", "miss")).isEqualTo(USERS);
    }

    @Test
    void theStorageIsKilled() throws Exception {
        load();
        String calm = first.scrape();
        server.kill();
        user(0).says("hello");
        await().atMost(PATIENCE)
                .until(() -> first.sampled("botfsm_health", "storage") == 0
                        && first.sampled("botfsm_storage_seconds_count", "outcome=\"unavailable\"") > 0);
        written("BotfsmStorageUnavailable", first, calm);
        server.startAgain();
        await().atMost(PATIENCE).until(() -> first.sampled("botfsm_health", "storage") == 1);
    }

    /** The first instance does not notice before it renews its lease, minutes later. */
    @Test
    void theLockIsTakenOver() throws Exception {
        MonitoredBot second = bot();
        load();
        String calm = first.scrape();
        String calmOfSecond = second.scrape();
        first.takeLockAway();
        await().atMost(PATIENCE).until(second::isActive);
        assertThat(first.isActive()).isTrue();
        AlertScenario scenario = new AlertScenario("BotfsmTwoActiveInstances");
        scenario.add("a", calm, first.scrape());
        scenario.add("b", calmOfSecond, second.scrape());
        assertThat(scenario.write()).isNotEmptyFile();
    }

    @Test
    void aReplacedInstanceWrites() throws Exception {
        MonitoredBot second = bot();
        load();
        String calm = first.scrape();
        String calmOfSecond = second.scrape();
        user(USERS).says("/order");
        user(USERS).awaitReply("Which size?", PATIENCE);
        user(USERS).says("slow");
        await().atMost(PATIENCE).until(() -> first.sampled("botfsm_isolation_handlers", "pizza") == 1);
        second.gate.countDown();
        first.takeLockAway();
        await().atMost(PATIENCE)
                .until(() ->
                        second.sampled("botfsm_handle_seconds_count", "outcome=\"done\",state=\"Order:PLACED\"") > 0);
        first.gate.countDown();
        await().atMost(PATIENCE)
                .until(() -> first.sampled("botfsm_storage_seconds_count", "outcome=\"fenced\"") > 0
                        && !first.isActive()
                        && second.sampled("botfsm_inbox_updates", "pizza") == 0);
        AlertScenario scenario = new AlertScenario("BotfsmFencedWrite");
        scenario.add("a", calm, first.scrape());
        scenario.add("b", calmOfSecond, second.scrape());
        assertThat(scenario.write()).isNotEmptyFile();
    }

    @Test
    void anotherProgramPolls() throws Exception {
        load();
        String calm = first.scrape();
        for (int i = 1; i <= CONFLICTS; i++) {
            int conflicts = i;
            telegram.next("getUpdates", Fault.status(409, "Conflict: terminated by other getUpdates request"));
            user(0).says("hello"); // ends the poll that is under way
            await().atMost(PATIENCE)
                    .until(() -> first.sampled("botfsm_polling_conflicts_total", "pizza") == conflicts
                            && telegram.unconfirmedUpdates() == 0);
        }
        written("BotfsmPollingConflict", first, calm);
    }

    @Test
    void anUpdateIsPoisoned() throws Exception {
        load();
        String calm = first.scrape();
        user(USERS).says("/order");
        user(USERS).awaitReply("Which size?", PATIENCE);
        user(USERS).says("poison");
        await().atMost(PATIENCE)
                .until(() -> first.sampled("botfsm_inbox_dead_letters", "pizza") == 1
                        && first.sampled("botfsm_polling_dead_letters_total", "pizza") == 1);
        written("BotfsmDeadLetters", first, calm);
    }
}
