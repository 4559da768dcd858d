package io.botfsm.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.lock.store.Claim;
import io.botfsm.lock.store.LeaseRequest;
import io.botfsm.lock.store.LeaseStore;
import io.botfsm.lock.store.LeaseStore.Fences;
import io.botfsm.redis.BotRedis;
import io.botfsm.redis.lettuce.LettuceRedis;
import io.botfsm.redis.testkit.OneRedisServer;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.inbox.InboxLimits;
import io.botfsm.storage.inbox.InboxUpdate;
import io.botfsm.storage.inbox.UpdateInbox;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The sessions of docs/operate/botfsm-command.md, one after another, print what the page shows, except for versions,
 * times and processes. {@code -Dbotfsm.sessions=true} writes what they print into the page.
 */
@Timeout(120)
class CommandPageTest extends OneRedisServer {
    private static final Path PAGE = Path.of("..", "docs", "operate", "botfsm-command.md");
    private static final Pattern SESSION = Pattern.compile("(?s)```console\\n(.*?)```");
    private static final String BOT = "8210094141";

    @TempDir
    Path directory;

    @Test
    void itsSessionsPrintWhatItShows() throws Exception {
        String page = Files.readString(PAGE);
        try (BotRedis redis = LettuceRedis.builder(server.uri(0))
                        .commandTimeout(Duration.ofSeconds(20))
                        .connect();
                StateStorage storage = redis.stateStorage();
                LeaseStore leases = redis.leaseStore()) {
            seed(storage);
            Claim claim = new Claim("owner-1", "host-a 4711 " + System.currentTimeMillis());
            leases.acquire(new LeaseRequest("pizza-bot", claim, Duration.ofSeconds(60), 0, Fences.KEPT))
                    .toCompletableFuture()
                    .join();
            String actual = SESSION.matcher(page)
                    .replaceAll(session ->
                            Matcher.quoteReplacement("```console\n" + run(storage, session.group(1)) + "```"));
            if (Boolean.getBoolean("botfsm.sessions")) {
                Files.writeString(PAGE, actual);
                return;
            }
            assertThat(SESSION.matcher(page).results()).hasSizeGreaterThan(8);
            assertThat(comparable(actual)).isEqualTo(comparable(page));
        }
    }

    private static StorageKey key(long chat, long user) {
        return StorageKey.bot(BOT).chat(chat).user(user).build();
    }

    private void seed(StateStorage storage) {
        begin(storage, key(501, 501), "Order:SIZE");
        begin(storage, key(502, 502), "Order:ADDRESS");
        begin(storage, key(-20, 503), "Order:ADDRESS");
        begin(storage, key(-20, 504), "Order:SIZE");
        UpdateInbox inbox = storage.extension(UpdateInbox.class).orElseThrow();
        for (long user : new long[] {501, 502}) {
            inbox.bury(
                    BOT,
                    InboxUpdate.of("9000" + user, Optional.of(key(user, user)), "{}".getBytes(UTF_8)),
                    "failed 5 times",
                    InboxLimits.defaults(),
                    OptionalLong.empty());
        }
        redis.call("SET", "fsm:7:7:state", "Form:age");
        redis.call("SET", "fsm:7:7:data", "{\"name\": \"Ann\"}");
    }

    private static void begin(StateStorage storage, StorageKey key, String state) {
        write(
                storage,
                key,
                Mutation.builder().state(state).put("name", "\"Ann\"").put("size", "\"small\""));
    }

    private static void write(StateStorage storage, StorageKey key, Mutation.Builder change) {
        storage.write(key, change.build()).toCompletableFuture().join();
    }

    /** Runs the commands of a session; what they printed before is replaced. */
    private String run(StateStorage storage, String session) {
        StringBuilder lines = new StringBuilder();
        session.lines().filter(line -> line.startsWith("$ botfsm ")).forEach(line -> {
            String[] words = line.substring("$ botfsm ".length()).split(" ", -1);
            for (int i = 0; i < words.length; i++) {
                words[i] = words[i].equals("pizza.jsonl")
                        ? directory.resolve(words[i]).toString()
                        : words[i];
            }
            CommandRun run = words[0].equals("watch") ? runBesideTheBot(storage, words) : run(words);
            lines.append(line).append('\n').append(run.out()).append(run.err().replaceAll("\\r[^\\n\\r]*", ""));
        });
        return lines.toString().replace(directory + "/", "").replace(" \n", "\n");
    }

    private static CommandRun run(String... words) {
        return CommandRun.onTerminal(
                "", Map.of("BOTFSM_STORE", server.uri(0), "BOTFSM_TTL", "30d", "NO_COLOR", "1"), words);
    }

    /** Runs the command; the bot writes after the command's first scan. */
    private static CommandRun runBesideTheBot(StateStorage storage, String... words) {
        String before = scans();
        CompletableFuture<CommandRun> watching = CompletableFuture.supplyAsync(() -> run(words));
        Awaitility.await().until(() -> !scans().equals(before));
        Awaitility.await().pollDelay(Duration.ofSeconds(1)).until(() -> true);
        write(storage, key(-20, 504), Mutation.builder().state("Order:DONE"));
        return watching.join();
    }

    private static String scans() {
        return redis.text("INFO", "commandstats")
                .lines()
                .filter(line -> line.startsWith("cmdstat_scan:"))
                .findFirst()
                .orElse("");
    }

    /** Replaces what differs each time, and sorts the lines, since a server lists its keys in any order. */
    private static String comparable(String page) {
        return SESSION.matcher(page.replaceAll("\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z", "INSTANT")
                        .replaceAll("\\d\\d:\\d\\d:\\d\\dZ", "TIME")
                        .replaceAll("\\b1\\d{15}\\b", "VERSION")
                        .replaceAll("(?m)(?<= )\\d+[smhd](?= |$)", "AGO")
                        .replaceAll("process \\d+ on \\S+", "PROCESS")
                        .replaceAll("(?<=\\S) {2,}", "  "))
                .replaceAll(session -> Matcher.quoteReplacement(
                        session.group().lines().sorted().collect(Collectors.joining("\n"))));
    }
}
