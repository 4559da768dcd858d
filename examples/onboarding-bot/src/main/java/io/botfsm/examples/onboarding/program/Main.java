package io.botfsm.examples.onboarding.program;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.botfsm.Fsm;
import io.botfsm.examples.onboarding.OnboardingFlow;
import io.botfsm.examples.onboarding.database.SessionDatabase;
import io.botfsm.examples.onboarding.telegram.TelegramBot;
import io.botfsm.examples.onboarding.terminal.Lines;
import io.botfsm.examples.onboarding.terminal.TerminalBot;
import io.botfsm.lifecycle.BotRunner;
import io.botfsm.lifecycle.BotRunner.BotFactory;
import io.botfsm.lock.InstanceLock;
import io.botfsm.lock.LockEvent;
import io.botfsm.lock.LockException;
import io.botfsm.recovery.RecoveringStateStorage;
import io.botfsm.storage.FsmException;
import io.botfsm.storage.StateStorage;
import io.botfsm.telegrambots.BotToken;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/** Starts the bot, at a terminal or on Telegram, as the only one of its name, or reports which instance is. */
public final class Main {
    private static final int BAD_OPTIONS = 2;
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(10);

    private static final PrintStream OUT = new PrintStream(new FileOutputStream(FileDescriptor.out), true, UTF_8);
    private static final PrintStream ERR = new PrintStream(new FileOutputStream(FileDescriptor.err), true, UTF_8);

    private final Options options;
    private final String instance;
    private final OpenStorage storage;
    private final InstanceLock lock;
    private final Optional<TelegramBot> telegram;
    private final AtomicBoolean quarantineReported = new AtomicBoolean();
    private final AtomicBoolean awaitsOther = new AtomicBoolean();

    private Main(Options options, String instance, OpenStorage storage, Optional<TelegramBot> telegram) {
        this.options = options;
        this.instance = instance;
        this.storage = storage;
        this.telegram = telegram;
        this.lock = InstanceLock.builder(storage.leases(), instance)
                .ttl(options.ttl())
                .listener(this::on)
                .build();
    }

    public static void main(String[] arguments) {
        System.exit(run(List.of(arguments)));
    }

    private static int run(List<String> arguments) {
        try {
            Options options = Options.parse(arguments);
            if (options.action() == Options.Action.HELP) {
                OUT.print(Options.USAGE);
                return BotRunner.STOPPED;
            }
            return run(options);
        } catch (IllegalArgumentException e) {
            ERR.println(e.getMessage() + ". See --help.");
            return BAD_OPTIONS;
        } catch (FsmException | LockException | IOException e) {
            ERR.println(e.getMessage());
            return BotRunner.FAILED;
        }
    }

    private static int run(Options options) throws IOException {
        if (options.isQuiet()) {
            System.setProperty("onboarding.log", "QUIET"); // before the first logger, see logback.xml
        }
        Optional<BotToken> token = options.has(Options.TELEGRAM) ? Optional.of(token()) : Optional.empty();
        Optional<TelegramBot> telegram =
                token.filter(of -> options.action() == Options.Action.TALK).map(Main::telegram);
        try (OpenStorage storage = OpenStorage.open(options.storage(), dataFolder())) {
            return new Main(options, options.instance(token.map(BotToken::botId)), storage, telegram).act();
        } finally {
            telegram.ifPresent(TelegramBot::close);
        }
    }

    private int act() {
        return switch (options.action()) {
            case TALK -> talk();
            case LOCK_STATUS -> tell(LockReport.status(lock, instance));
            case LOCK_RELEASE -> tell(LockReport.release(lock, instance));
            case HELP -> throw new IllegalStateException("done before");
        };
    }

    private int tell(String report) {
        OUT.println(report);
        lock.close();
        return BotRunner.STOPPED;
    }

    private int talk() {
        Optional<SessionDatabase> database = databaseFile().map(this::open);
        Fsm fsm = OnboardingFlow.FLOW.fsm(
                OnboardingFlow.watched(database.map(this::recovering).orElse(storage.states())));
        BotRunner runner = BotRunner.of(lock).thenClose("storage", CLOSE_LIMIT, storage);
        telegram.ifPresent(bot -> runner.thenClose("bot session", CLOSE_LIMIT, bot));
        database.ifPresent(last -> runner.thenClose("database", CLOSE_LIMIT, last));
        if (options.has(Options.STANDBY)) {
            runner.standby();
            reportActive();
        }
        int status = runner.run(telegram.<BotFactory>map(bot -> lease -> bot.start(fsm, lease, this::bringBack))
                .orElseGet(() -> atTerminal(fsm)));
        runner.heldBy()
                .ifPresent(holder -> ERR.printf(
                        Locale.ROOT,
                        "Another instance of \"%s\" is active: %s.%nWith --standby this one waits for its end.%n",
                        instance,
                        LockReport.describe(holder)));
        return status;
    }

    /** For somebody at a terminal, who would wait in silence. */
    private void reportActive() {
        if (!options.isQuiet()) {
            return; // the log does
        }
        try {
            lock.holder().ifPresent(holder -> {
                ERR.println("Standing by while another instance is active: " + LockReport.describe(holder) + ".");
                awaitsOther.set(true);
            });
        } catch (LockException e) {
            ERR.println("Standing by: " + e.getMessage());
        }
    }

    private BotFactory atTerminal(Fsm fsm) {
        boolean isInteractive = options.has(Options.INTERACTIVE);
        boolean hasColors = isInteractive // see no-color.org
                && variable("NO_COLOR").isEmpty()
                && !variable("TERM").equals(Optional.of("dumb"));
        Lines lines = new Lines(new BufferedReader(new InputStreamReader(System.in, UTF_8)));
        TerminalBot bot = new TerminalBot(options.user(), lines, OUT, hasColors);
        return lease -> {
            if (isInteractive) {
                ERR.println("Write to the bot: /start begins, /status shows where you are, Ctrl-D ends it.");
            }
            return bot.start(fsm, lease, this::bringBack);
        };
    }

    private SessionDatabase open(Path file) {
        String id = OpenStorage.id(options.storage(), dataFolder(), file);
        return options.has(Options.ADOPT_DATABASE) ? SessionDatabase.adopt(file, id) : SessionDatabase.open(file, id);
    }

    /** What Redis has lost comes back from the database; transitions are watched above, so that this is none. */
    private StateStorage recovering(SessionDatabase database) {
        return database.savedHere(RecoveringStateStorage.builder(storage.states(), database.recovery())
                .build());
    }

    private Optional<Path> databaseFile() {
        String unlessGiven =
                options.storage().equals("embedded") ? dataFolder().toAbsolutePath() + ".db" : Options.NO_DATABASE;
        String file = options.database().orElse(unlessGiven);
        return Optional.of(file)
                .filter(name -> !name.equals(Options.NO_DATABASE))
                .map(Path::of);
    }

    /** The lock needs the storage's Redis too, also while nobody writes. */
    private void on(LockEvent event) {
        if (event instanceof LockEvent.Degraded) {
            bringBack();
        } else if (!options.isQuiet()) {
            return; // the log does
        } else if (event instanceof LockEvent.Quarantined quarantined && !quarantineReported.getAndSet(true)) {
            ERR.printf(
                    Locale.ROOT,
                    "Waiting up to %d s: Redis cannot show that no other instance is active.%n",
                    quarantined.remaining().plusMillis(999).toSeconds());
        } else if (event instanceof LockEvent.Activated && awaitsOther.getAndSet(false)) {
            ERR.println("The other instance has ended; this one is active now.");
        }
    }

    private void bringBack() {
        try {
            storage.revive();
        } catch (IOException e) {
            ERR.println(e.getMessage());
        }
    }

    /** The token is in the environment: other users of the machine can read the command line. */
    private static BotToken token() {
        return variable(BotToken.VARIABLE)
                .map(BotToken::of)
                .orElseThrow(() -> new IllegalArgumentException(
                        BotToken.VARIABLE + " is not set; set it to the token from @BotFather"));
    }

    private static TelegramBot telegram(BotToken token) {
        return new TelegramBot(token, variable("TELEGRAM_API_URL").map(Main::server));
    }

    private static URI server(String address) {
        URI server = URI.create(address);
        if (server.getScheme() == null || server.getHost() == null) {
            throw new IllegalArgumentException(
                    "TELEGRAM_API_URL must be a URL such as http://localhost:8081, not \"" + address + "\"");
        }
        return server;
    }

    private static Path dataFolder() {
        return Path.of(variable("ONBOARDING_DATA").orElse("data"));
    }

    private static Optional<String> variable(String name) {
        return Optional.ofNullable(System.getenv(name)).filter(value -> !value.isEmpty());
    }
}
