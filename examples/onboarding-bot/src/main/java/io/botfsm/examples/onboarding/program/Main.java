package io.botfsm.examples.onboarding.program;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.botfsm.FsmException;
import io.botfsm.examples.onboarding.OnboardingFlow;
import io.botfsm.examples.onboarding.database.SessionDatabase;
import io.botfsm.examples.onboarding.telegram.TelegramBot;
import io.botfsm.examples.onboarding.terminal.TerminalBot;
import io.botfsm.lifecycle.BotRunner;
import io.botfsm.lifecycle.BotRunner.BotFactory;
import io.botfsm.lock.InstanceLock;
import io.botfsm.lock.LockEvent;
import io.botfsm.lock.LockException;
import io.botfsm.recovery.RecoveringStateStorage;
import io.botfsm.storage.StateStorage;
import io.botfsm.telegrambots.BotToken;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Starts the bot, at a terminal or on Telegram, as the only one of its name, or tells who is. */
public final class Main {
    private static final int BAD_OPTIONS = 2;
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(10);

    private final Options options;
    private final OpenStorage storage;
    private final InstanceLock lock;
    private final PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, UTF_8);

    private Main(Options options, OpenStorage storage) {
        this.options = options;
        this.storage = storage;
        this.lock = InstanceLock.over(storage.leases(), options.instance())
                .ttl(options.ttl())
                .listener(this::bringBack)
                .build();
    }

    public static void main(String[] arguments) {
        System.exit(run(List.of(arguments)));
    }

    private static int run(List<String> arguments) {
        try {
            Options options = Options.parse(arguments);
            if (options.action() == Options.Action.HELP) {
                System.out.print(Options.USAGE);
                return BotRunner.STOPPED;
            }
            return run(
                    options.telegram()
                            ? options.ofBot(BotToken.fromEnvironment().botId())
                            : options);
        } catch (IllegalArgumentException e) {
            System.err.printf(Locale.ROOT, "%s%n%n%s", e.getMessage(), Options.USAGE);
            return BAD_OPTIONS;
        } catch (FsmException | LockException | IOException e) {
            System.err.println(e.getMessage());
            return BotRunner.FAILED;
        }
    }

    private static int run(Options options) throws IOException {
        OpenStorage storage = OpenStorage.open(options.storage(), dataFolder());
        try {
            return new Main(options, storage).act();
        } finally {
            storage.close();
        }
    }

    private int act() {
        return switch (options.action()) {
            case TALK -> talk();
            case LOCK_STATUS -> tell(LockReport.status(lock, options.instance()));
            case LOCK_RELEASE -> tell(LockReport.release(lock, options.instance()));
            case HELP -> throw new IllegalStateException("done before");
        };
    }

    private int tell(String report) {
        out.println(report);
        lock.close();
        return BotRunner.STOPPED;
    }

    private int talk() {
        Optional<SessionDatabase> database = databaseFile().map(SessionDatabase::open);
        OnboardingFlow flow =
                database.map(this::flow).orElseGet(() -> new OnboardingFlow(OnboardingFlow.watched(storage.states())));
        Optional<TelegramBot> telegram = options.telegram() ? Optional.of(telegram()) : Optional.empty();
        BotRunner runner = BotRunner.under(lock).thenClose("storage", CLOSE_LIMIT, storage);
        telegram.ifPresent(bot -> runner.thenClose("bot session", CLOSE_LIMIT, bot));
        database.ifPresent(last -> runner.thenClose("database", CLOSE_LIMIT, last));
        if (options.standby()) {
            runner.standby();
        }
        int status = runner.run(telegram.<BotFactory>map(bot -> lease -> bot.start(flow, lease, this::bringBack))
                .orElseGet(() -> atTerminal(flow)));
        runner.heldBy()
                .ifPresent(holder -> System.err.printf(
                        Locale.ROOT,
                        "Another instance of \"%s\" is active: %s.%nWith --standby this one waits for its end.%n",
                        options.instance(),
                        LockReport.describe(holder)));
        return status;
    }

    private BotFactory atTerminal(OnboardingFlow flow) {
        TerminalBot bot = new TerminalBot(options.user(), System.in, out);
        return lease -> bot.start(flow, lease, this::bringBack);
    }

    /** What Redis has lost comes back from the database; transitions are watched above, so that this is none. */
    private OnboardingFlow flow(SessionDatabase database) {
        StateStorage recovering = RecoveringStateStorage.builder(storage.states(), database.recovery())
                .build();
        return new OnboardingFlow(OnboardingFlow.watched(recovering), database);
    }

    private Optional<Path> databaseFile() {
        Path data = dataFolder().toAbsolutePath();
        String file =
                options.database().orElse(options.storage().equals("memory") ? Options.NO_DATABASE : data + ".db");
        return Optional.of(file)
                .filter(name -> !name.equals(Options.NO_DATABASE))
                .map(Path::of);
    }

    /** The lock needs the storage's Redis too, also while nobody says anything. */
    private void bringBack(LockEvent event) {
        if (event instanceof LockEvent.Degraded) {
            bringBack();
        }
    }

    private void bringBack() {
        try {
            storage.revive();
        } catch (IOException e) {
            System.err.println(e.getMessage());
        }
    }

    /** The token comes in the environment: the command line is there for all to see. */
    private static TelegramBot telegram() {
        return new TelegramBot(
                BotToken.fromEnvironment(), variable("TELEGRAM_API_URL").map(URI::create));
    }

    private static Path dataFolder() {
        return Path.of(variable("ONBOARDING_DATA").orElse("data"));
    }

    private static Optional<String> variable(String name) {
        return Optional.ofNullable(System.getenv(name)).filter(value -> !value.isEmpty());
    }
}
