package io.botfsm.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.botfsm.lock.store.Claim;
import io.botfsm.lock.store.LeaseRequest;
import io.botfsm.lock.store.LeaseStore;
import io.botfsm.lock.store.LeaseStore.Fences;
import io.botfsm.redis.BotRedis;
import io.botfsm.redis.lettuce.LettuceRedis;
import io.botfsm.redis.testkit.OneRedisServer;
import io.botfsm.redis.testkit.RedisServerProcess;
import io.botfsm.redis.testkit.RedisUser;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.inbox.InboxLimits;
import io.botfsm.storage.inbox.InboxUpdate;
import io.botfsm.storage.inbox.UpdateInbox;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The command line: settings, mistakes, what is printed where. */
@Timeout(120)
class BotfsmTest extends OneRedisServer {
    private static final List<String> COMMANDS = List.of(
            "list",
            "show",
            "set-state",
            "reset",
            "erase",
            "move-chat",
            "export",
            "import",
            "watch",
            "check",
            "dead-letters list",
            "dead-letters replay",
            "dead-letters drop",
            "lock status",
            "lock release",
            "migrate");

    @TempDir
    Path directory;

    private Map<String, String> environment() {
        return Map.of("BOTFSM_STORE", server.uri(0));
    }

    private CommandRun run(String... arguments) {
        return CommandRun.of(environment(), arguments);
    }

    private void begin(Object chat, String state) {
        begin(chat, state, OptionalLong.empty());
    }

    private void begin(Object chat, String state, OptionalLong fencingToken) {
        Mutation.Builder begin = Mutation.builder().state(state).put("name", "\"hunter2\"");
        fencingToken.ifPresent(begin::fencingToken);
        try (BotRedis bot = LettuceRedis.connect(server.uri(0));
                StateStorage storage = bot.stateStorage()) {
            var unused = storage.write(
                            StorageKey.bot(8210094141L)
                                    .chat(chat)
                                    .user(7123456789L)
                                    .build(),
                            begin.build())
                    .toCompletableFuture()
                    .join();
        }
    }

    @Test
    void everyCommandHasAHelpThatFitsAndPrintsNothingElse() {
        for (String command : COMMANDS) {
            String[] words = (command + " --help").split(" ", -1);
            CommandRun help = CommandRun.of(Map.of(), words).ended(0);
            assertThat(help.out()).as(command).contains("Usage: botfsm " + command, "--json", "--config");
            assertThat(help.out().lines()).as(command).allMatch(line -> line.length() <= 80);
            assertThat(help.err()).as(command).isEmpty();
        }
        assertThat(CommandRun.of(Map.of(), "--help").ended(0).out())
                .contains(COMMANDS.stream()
                        .map(command -> command.split(" ", -1)[0])
                        .toArray(String[]::new));
        assertThat(CommandRun.of(Map.of()).ended(2).err()).contains("subcommand", "botfsm --help");
    }

    @Test
    void mistakesAreNamedAndPasswordsAreNot() {
        assertThat(run("list", "--bogus=hunter2").ended(2).err()).contains("unknown option: --bogus");
        assertThat(run("redis://:hunter2@localhost").ended(2).err()).isNotEmpty();
        assertThat(run("list", "redis://:hunter2@localhost").ended(2).err()).contains("a URI needs the option --store");
        assertThat(run("lsit").ended(2).err()).contains("lsit");
        assertThat(run("show", "12").ended(2).err()).contains("\"12\" is not a key");
        assertThat(run("list", "--untouched", "7 days").ended(2).err()).contains("\"7 days\"", "30d");
        assertThat(run("list", "--bot", "").ended(2).err()).contains("bot");
        assertThat(run("set-state", "1:1:1").ended(2).err()).contains("STATE");
        assertThat(CommandRun.of(Map.of("BOTFSM_STORE", "redis://:hunter2@[bad"), "list")
                        .ended(2)
                        .err())
                .isNotEmpty();
        assertThat(CommandRun.of(Map.of("BOTFSM_STORE", "jdbc:mariadb://h/d?password=hunter2"), "list")
                        .ended(2)
                        .err())
                .contains("no driver for jdbc:mariadb://h/d:", "BOTFSM_CLASSPATH");
        assertThat(CommandRun.of(Map.of(), "list").ended(2).err()).contains("BOTFSM_STORE", "--config");
        assertThat(CommandRun.of(Map.of("BOTFSM_STORE", server.uri(0), "BOTFSM_TTL", "soon"), "list")
                        .ended(2)
                        .err())
                .contains("ttl", "\"soon\"");
        String dead = "127.0.0.1:" + RedisServerProcess.freePort();
        CommandRun away = CommandRun.of(Map.of("BOTFSM_STORE", "redis://u:hunter2@" + dead), "list")
                .ended(1);
        assertThat(away.err()).contains(dead, "refused");
        for (String[] arguments : List.of(
                new String[] {"list", "--bogus=hunter2"},
                new String[] {"redis://:hunter2@localhost"},
                new String[] {"list", "redis://:hunter2@localhost"},
                new String[] {"list", "--untouched", "redis://:hunter2@localhost"},
                new String[] {"list", "--store", "redis://u:hunter2@" + dead},
                new String[] {"list", "--store", "redis://u:hunter2@" + dead, "--debug"},
                new String[] {"list", "--store", "jdbc:postgresql://" + dead + "/d?user=u&password=hunter2"},
                new String[] {"list", "--store", "jdbc:mariadb://u:hunter2@" + dead + "/d"},
                new String[] {"list", "--store", "jdbc:mariadb://u:hunter2?hunter2@" + dead + "/d"},
                new String[] {"list", "--store", "jdbc:postgresql://db:5432?user=bot&password=hunter2"},
                new String[] {"list", "--store", "jdbc:oracle:thin:scott/hunter2@h"},
                new String[] {"list", "--config", "redis://:hunter2@h"},
                new String[] {"list", "--config", "redis://:hunter2@h", "--debug"})) {
            CommandRun run = run(arguments);
            assertThat(run.status()).isNotZero();
            assertThat(run.out() + run.err()).as(Arrays.toString(arguments)).doesNotContain("hunter2");
            boolean isDebug = List.of(arguments).contains("--debug");
            assertThat(run.err().contains("\tat ")).as("a stack trace").isEqualTo(isDebug);
        }
    }

    /** PostgreSQL's driver logs a URL that it cannot read. */
    @Test
    void driversLogNoPassword() {
        List<String> logged = new CopyOnWriteArrayList<>();
        Handler handler = new Handler() {
            @Override
            public void publish(LogRecord entry) {
                logged.add(entry.getMessage());
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        Logger driver = Logger.getLogger("org.postgresql");
        driver.setLevel(Level.ALL);
        driver.addHandler(handler);
        CommandRun run = CommandRun.of(
                        Map.of("BOTFSM_STORE", "jdbc:postgresql://db:5432?user=bot&password=hunter2"), "list")
                .ended(2);
        driver.removeHandler(handler);
        assertThat(run.err())
                .contains("no driver for jdbc:postgresql://db:5432:")
                .doesNotContain("hunter2");
        assertThat(logged).isEmpty();
    }

    @Test
    void aSqliteFileThatDoesNotExistIsNotCreated() {
        Path missing = directory.resolve("bto.db");
        CommandRun run = CommandRun.of(Map.of("BOTFSM_STORE", "jdbc:sqlite:" + missing), "list")
                .ended(1);
        assertThat(run.err()).contains("cannot connect to jdbc:sqlite:" + missing);
        assertThat(Files.exists(missing)).isFalse();
    }

    @Test
    void aDatabaseIsShownWithoutCredentials() {
        assertThat(StoreSettings.shown("jdbc:postgresql://h:5432/d?user=u&password=hunter2"))
                .isEqualTo("jdbc:postgresql://h:5432/d");
        assertThat(StoreSettings.shown("jdbc:mariadb://u:hunter2@h:3306/d?a=b")).isEqualTo("jdbc:mariadb://h:3306");
        assertThat(StoreSettings.shown("jdbc:oracle:thin:scott/hunter2@h")).isEqualTo("jdbc:oracle:...");
        assertThat(StoreSettings.shown("jdbc:sqlite:/var/bot.db?mode=ro")).isEqualTo("jdbc:sqlite:/var/bot.db");
    }

    @Test
    void aPasswordIsUsedOnlyWithTheStoreThatItWasSetWith() throws Exception {
        RedisUser operator = Operators.OF_CONVERSATIONS;
        operator.createOver(redis);
        Path file = Files.writeString(directory.resolve("other"), "store=" + server.uri(0));
        for (String prefix : List.of("BOTFSM_", "REDIS_FSM_")) {
            Map<String, String> environment = Map.of(
                    prefix + (prefix.equals("BOTFSM_") ? "STORE" : "URL"), server.uri(0),
                    prefix + (prefix.equals("BOTFSM_") ? "USER" : "USERNAME"), operator.name(),
                    prefix + "PASSWORD", "wrong");
            assertThat(CommandRun.of(environment, "list").ended(1).err())
                    .as("used")
                    .contains("WRONGPASS");
            for (String[] elsewhere : List.of(
                    new String[] {"list", "--store", server.uri(0)},
                    new String[] {"list", "--config", file.toString()})) {
                assertThat(CommandRun.of(environment, elsewhere).ended(0).err())
                        .contains("a password that is set for another store is not used with "
                                + (elsewhere[1].equals("--store") ? "--store" : "the store of " + file));
            }
        }
    }

    /** As when {@code head} closes the pipe. */
    @Test
    void anOutputThatFailsEndsTheCommand() {
        begin(1, "A");
        for (String[] arguments :
                List.of(new String[] {"list"}, new String[] {"list", "--json"}, new String[] {"--help"})) {
            ByteArrayOutputStream err = new ByteArrayOutputStream();
            PrintStream full = new PrintStream(
                    new OutputStream() {
                        @Override
                        public void write(int b) throws IOException {
                            throw new IOException("No space left on device");
                        }
                    },
                    true,
                    UTF_8);
            CommandTerminal terminal = new CommandTerminal(
                    environment(), new BufferedReader(new StringReader("")), full, new PrintStream(err, true, UTF_8));
            assertThat(Botfsm.run(terminal, arguments))
                    .as("%s %s", Arrays.toString(arguments), err)
                    .isEqualTo(1);
        }
    }

    @Test
    void aConversationThatWouldLiveForeverIsWarnedOf() {
        begin(1, "A");
        String[] write = {"set-state", "8210094141:1:7123456789", "B", "--yes", "--json"};
        assertThat(run(write).ended(0).err()).containsOnlyOnce("BOTFSM_TTL");
        Map<String, String> withTtl = Map.of("BOTFSM_STORE", server.uri(0), "BOTFSM_TTL", "30d");
        assertThat(CommandRun.of(withTtl, write).ended(0).err()).isEmpty();
        assertThat(run("reset", "8210094141:1:7123456789", "--yes").ended(0).err())
                .isEmpty();
    }

    @Test
    void aPasswordOnTheCommandLineIsWarnedOf() {
        RedisUser operator = Operators.OF_CONVERSATIONS;
        operator.createOver(redis);
        assertThat(run("list", "--store", operator.in(server.uri(0))).ended(0).err())
                .contains("list of processes");
        assertThat(CommandRun.of(Map.of("BOTFSM_STORE", operator.in(server.uri(0))), "list")
                        .ended(0)
                        .err())
                .isEmpty();
        assertThat(run("list", "--store", server.uri(0)).ended(0).err()).isEmpty();
    }

    @Test
    void aFileSaysWhereTheStoreIs() throws Exception {
        RedisUser operator = Operators.OF_CONVERSATIONS;
        operator.createOver(redis);
        Path file = directory.resolve("botfsm.properties");
        Files.writeString(
                file,
                String.format(
                        Locale.ROOT,
                        "store=%s%nuser=%s%npassword=%s%n",
                        server.uri(0),
                        operator.name(),
                        operator.password()));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        assertThat(CommandRun.of(Map.of(), "list", "--config", file.toString())
                        .ended(0)
                        .err())
                .contains("chmod 600");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        assertThat(CommandRun.of(Map.of(), "list", "--config", file.toString())
                        .ended(0)
                        .err())
                .isEmpty();
        Files.writeString(file, "sotre=redis://localhost");
        assertThat(CommandRun.of(Map.of(), "list", "--config", file.toString())
                        .ended(2)
                        .err())
                .contains("unknown setting sotre");
        assertThat(CommandRun.of(Map.of(), "list", "--config", file + "x")
                        .ended(1)
                        .err())
                .contains("there is no such file");
    }

    @Test
    void theEnvironmentOfTheBotWillDo() {
        begin(1, "A");
        assertThat(CommandRun.of(Map.of("REDIS_FSM_URL", server.uri(0)), "list")
                        .ended(0)
                        .out())
                .contains("8210094141:1:7123456789\tA\t");
    }

    @Test
    void anotherPrefixIsAnotherStore() {
        begin(1, "A");
        Map<String, String> other = Map.of("BOTFSM_STORE", server.uri(0), "BOTFSM_KEY_PREFIX", "other");
        assertThat(CommandRun.of(other, "list").ended(0).out()).isEmpty();
    }

    @Test
    void aTerminalGetsATableOfEightyColumns() {
        begin(-1001234567890L, "Order:ADDRESS");
        begin(1, "Order:SIZE");
        CommandRun list = CommandRun.onTerminal("", environment(), "list").ended(0);
        assertThat(list.out()).contains("KEY", "STATE", "\033[1m");
        assertThat(list.out().lines().map(line -> line.replaceAll("\033\\[\\d+m", "")))
                .allMatch(line -> line.length() <= 80);
        Map<String, String> plain = Map.of("BOTFSM_STORE", server.uri(0), "NO_COLOR", "1");
        assertThat(CommandRun.onTerminal("", plain, "list").ended(0).out())
                .contains("KEY")
                .doesNotContain("\033");
        assertThat(run("list").ended(0).out()).doesNotContain("KEY").contains("\t");
    }

    /** A reason may be long, and the cells before it leave little room. */
    @Test
    void theLastCellOfATableThatIsTooWideHasALineOfItsOwn() {
        try (BotRedis bot = LettuceRedis.connect(server.uri(0));
                StateStorage storage = bot.stateStorage()) {
            storage.extension(UpdateInbox.class)
                    .orElseThrow()
                    .bury(
                            "8210094141",
                            InboxUpdate.of(
                                    "900050",
                                    Optional.of(StorageKey.bot(8210094141L)
                                            .chat(-1001234567890L)
                                            .user(7123456789L)
                                            .build()),
                                    new byte[2]),
                            "failed 5 times, at last by java.lang.IllegalStateException: the kitchen does not answer",
                            InboxLimits.defaults(),
                            OptionalLong.empty());
        }
        assertThat(CommandRun.onTerminal("", environment(), "dead-letters", "list", "--bot", "8210094141")
                        .ended(0)
                        .out()
                        .lines())
                .contains("    failed 5 times, at last by java.lang.IllegalStateException: the kitchen does")
                .allMatch(line -> line.length() <= 80);
    }

    /** A terminal's red may be hard to read on its background. */
    @Test
    void onlyTheFirstWordIsColoured() {
        begin(1, "A");
        String[] reset = {"reset", "8210094141:1:7123456789", "--yes"};
        assertThat(CommandRun.onTerminal("", environment(), reset).ended(0).out())
                .startsWith("8210094141:1:7123456789: A -> (none), version ");
        assertThat(CommandRun.onTerminal("", environment(), reset).ended(3).err())
                .startsWith("\033[1;31mbotfsm:\033[0m 8210094141:1:7123456789: there is no");
    }

    @Test
    void whatAUserChoseCannotControlTheTerminal() {
        begin("a\033[2Jb", "S\u202e\n");
        assertThat(CommandRun.onTerminal("", environment(), "list").ended(0).out())
                .contains("a\\u001b[2Jb", "S\\u202e\\u000a")
                .doesNotContain("\033[2J", "\u202e");
        assertThat(CommandRun.onTerminal("no\n", environment(), "reset", "8210094141:a\033[2Jb:7123456789")
                        .ended(2)
                        .err())
                .contains("a\\u001b[2Jb:7123456789 is in S\\u202e\\u000a", "recovery source")
                .doesNotContain("\033[2J", "\u202e");
        JsonNode found = run("list", "--json").ended(0).object();
        assertThat(found.path("key").textValue()).contains("a\033[2Jb");
    }

    @Test
    void aTerminalIsAskedForAConfirmation() {
        begin(1, "A");
        String key = "8210094141:1:7123456789";
        CommandRun no =
                CommandRun.onTerminal("no\n", environment(), "reset", key).ended(2);
        assertThat(no.err()).contains(key + " is in A, version ", "Type yes to continue:", "nothing was written");
        CommandRun.onTerminal("", environment(), "reset", key).ended(2);
        assertThat(run("list").out()).isNotEmpty();
        CommandRun.onTerminal("yes\n", environment(), "reset", key).ended(0);
        assertThat(run("list").out()).isEmpty();
    }

    /** Runs a command on a terminal; the action happens before yes is typed. */
    private int runThinking(Callable<?> meanwhile, String... arguments) {
        CommandTerminal terminal = new CommandTerminal(
                Map.of("BOTFSM_STORE", server.uri(0), "BOTFSM_TERMINALS", "in err"),
                new BufferedReader(new StringReader("")) {
                    @Override
                    public String readLine() throws IOException {
                        try {
                            meanwhile.call();
                        } catch (Exception e) {
                            throw new IOException(e);
                        }
                        return "yes";
                    }
                },
                new PrintStream(OutputStream.nullOutputStream(), true, UTF_8),
                new PrintStream(OutputStream.nullOutputStream(), true, UTF_8));
        return Botfsm.run(terminal, arguments);
    }

    @Test
    void aConversationThatChangesWhileTheQuestionIsOpenIsAConflict() {
        begin(1, "A");
        Callable<?> goOn = Executors.callable(() -> begin(1, "B"));
        assertThat(runThinking(goOn, "reset", "8210094141:1:7123456789")).isEqualTo(4);
        assertThat(run("list").out()).contains("\tB\t");
    }

    @Test
    void aLockThatIsTakenWhileTheQuestionIsOpenIsNotReleased() {
        try (BotRedis bot = LettuceRedis.connect(server.uri(0));
                LeaseStore leases = bot.leaseStore()) {
            LeaseRequest shown = request("shown");
            LeaseRequest next = request("next");
            leases.acquire(shown).toCompletableFuture().join();
            Callable<?> takeOver = () -> {
                leases.release("pizza", shown.claim()).toCompletableFuture().join();
                return leases.acquire(next).toCompletableFuture().join();
            };
            assertThat(runThinking(takeOver, "lock", "release", "pizza")).isEqualTo(4);
            assertThat(holder(leases)).hasValue(next.claim());
            assertThat(runThinking(() -> "", "lock", "release", "pizza")).isZero();
            assertThat(holder(leases)).isEmpty();
        }
    }

    private static LeaseRequest request(String token) {
        return new LeaseRequest("pizza", new Claim(token, ""), Duration.ofSeconds(60), 0, Fences.KEPT);
    }

    private static Optional<Claim> holder(LeaseStore leases) {
        return leases.read("pizza").toCompletableFuture().join().claim();
    }

    /** The claim names no process. */
    @Test
    void aHolderThatIsNotKnownIsShownAsItIs() {
        try (BotRedis bot = LettuceRedis.connect(server.uri(0));
                LeaseStore leases = bot.leaseStore()) {
            leases.acquire(request("foreign")).toCompletableFuture().join();
        }
        assertThat(run("lock", "status", "pizza").ended(0).out()).contains("holder\tforeign|\n", "started\t-\n");
    }

    /** Both streams are one terminal. */
    @Test
    void progressIsShownOnATerminalAloneAndGivesWayToWhatFollows() {
        begin(1, "A", OptionalLong.of(50));
        ByteArrayOutputStream screen = new ByteArrayOutputStream();
        PrintStream both = new PrintStream(screen, true, UTF_8);
        CommandTerminal terminal = new CommandTerminal(
                Map.of("BOTFSM_STORE", server.uri(0), "BOTFSM_TERMINALS", "in out err", "NO_COLOR", "1"),
                new BufferedReader(new StringReader("")),
                both,
                both);
        String[] erase = {"erase", "--bot", "8210094141", "--yes"};
        assertThat(Botfsm.run(terminal, "erase", "--bot", "8210094141", "--yes", "--fence", "49"))
                .isEqualTo(4);
        assertThat(screen.toString(UTF_8)).containsPattern("^\\r1 pages read[^\\n]*\\r +\\rbotfsm: ");
        screen.reset();
        assertThat(Botfsm.run(terminal, erase)).isZero();
        assertThat(screen.toString(UTF_8)).containsPattern("^\\r1 pages read[^\\n]*\\r +\\rconversations erased: 1; ");
        assertThat(run(erase).ended(0).err()).isEmpty();
    }

    @Test
    void aRecordThatCannotBeReadIsNamed() {
        begin(1, "A");
        redis.call("SET", "fsm:{1:2:3}", "hunter2");
        for (String[] arguments : List.of(
                new String[] {"list"},
                new String[] {"list", "--count"},
                new String[] {"check"},
                new String[] {"export", directory.resolve("f").toString()},
                new String[] {"erase", "--user", "3", "--yes"},
                new String[] {"move-chat", "--bot", "1", "--from", "2", "--to", "4", "--yes"})) {
            assertThat(run(arguments).ended(3).out())
                    .as(arguments[0])
                    .contains("unreadable bot=1 chat=2 user=3: ")
                    .doesNotContain("hunter2");
        }
        assertThat(run("list", "--json").ended(3).json()).anyMatch(line -> line.has("unreadable"));
        assertThat(run("show", "1:2:3").ended(1).err())
                .contains("bot=1 chat=2 user=3")
                .doesNotContain("hunter2");
    }

    @Test
    void aDeadLetterThatCannotBeReadIsCounted() {
        assertThat(run("dead-letters", "list", "--bot", "1").ended(0).out()).isEmpty();
        redis.call("ZADD", "fsm:inbox:{1}:dead", "7", "x");
        redis.call("HSET", "fsm:inbox:{1}:letters", "x", "hunter2");
        assertThat(run("dead-letters", "list", "--bot", "1").ended(3).out())
                .isEqualTo("dead letters that cannot be read: 1\n");
    }

    /** Each permission that the page names is needed: without one, the command says which is missing. */
    @Test
    void aMissingRightIsNamed() {
        begin(1, "A");
        RedisUser operator = Operators.OF_CONVERSATIONS;
        for (String right : List.of("+scan", "+hgetall", "+evalsha")) {
            operator.without(right).createOver(redis);
            CommandRun run = CommandRun.of(Map.of("BOTFSM_STORE", operator.in(server.uri(0))), "list")
                    .ended(1);
            assertThat(run.err().toLowerCase(Locale.ROOT)).contains(right.substring(1));
        }
        operator.without("+zcard").createOver(redis);
        CommandRun dead = CommandRun.of(
                        Map.of("BOTFSM_STORE", operator.in(server.uri(0))), "dead-letters", "list", "--bot", "1")
                .ended(1);
        assertThat(dead.err().toLowerCase(Locale.ROOT)).contains("zcard");
    }
}
