package io.botfsm.examples.onboarding.program;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.botfsm.Fsm;
import io.botfsm.examples.onboarding.OnboardingFlow;
import io.botfsm.examples.onboarding.embedded.EmbeddedRedis;
import io.botfsm.lifecycle.BotRunner;
import io.botfsm.lock.InstanceLock;
import io.botfsm.lock.LockEvent;
import io.botfsm.lock.LockException;
import io.botfsm.lock.store.LockHolder;
import io.botfsm.recovery.ConversationBackup;
import io.botfsm.storage.FsmException;
import io.botfsm.storage.StateStorage;
import io.botfsm.telegrambots.BotToken;
import io.botfsm.telegrambots.TelegramRunner;
import io.botfsm.transition.LoggingStateStorage;
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
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/** Starts the bot, at a terminal or on Telegram, as the only instance of its name, or reports which one is active. */
public final class Main {
    private static final int BAD_OPTIONS = 2;
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(10);

    private static final PrintStream OUT = new PrintStream(new FileOutputStream(FileDescriptor.out), true, UTF_8);
    private static final PrintStream ERR = new PrintStream(new FileOutputStream(FileDescriptor.err), true, UTF_8);

    private final Options options;
    private final Path data = Path.of(variable("ONBOARDING_DATA").orElse("data"));
    private final String instance;
    private final Optional<TelegramRunner> telegram;

    private Main(Options options) {
        Optional<BotToken> token =
                options.has("--telegram") ? Optional.of(BotToken.fromEnvironment()) : Optional.empty();
        this.options = options;
        this.instance = options.instance(token.map(BotToken::botId));
        this.telegram = token.map(Main::telegram);
    }

    private static TelegramRunner telegram(BotToken token) {
        TelegramRunner bot = TelegramBot.polling(token);
        variable("TELEGRAM_API_URL").map(URI::create).ifPresent(bot::server);
        return bot;
    }

    private static Optional<String> variable(String name) {
        return Optional.ofNullable(System.getenv(name)).filter(value -> !value.isEmpty());
    }

    public static void main(String[] arguments) {
        System.exit(run(List.of(arguments)));
    }

    private static int run(List<String> arguments) {
        try {
            Options options = Options.parse(arguments);
            if (options.has("--help")) {
                Objects.requireNonNull(Main.class.getResourceAsStream("usage.txt"))
                        .transferTo(OUT);
                return BotRunner.STOPPED;
            }
            if (options.isQuiet()) {
                System.setProperty("onboarding.log", "QUIET"); // before the first logger, see logback.xml
            }
            return new Main(options).run();
        } catch (IllegalArgumentException e) {
            ERR.println(e.getMessage() + ". See --help.");
            return BAD_OPTIONS;
        } catch (FsmException | LockException | IOException e) {
            ERR.println(e.getMessage());
            return BotRunner.FAILED;
        }
    }

    /** Whether somebody at a terminal was notified of another instance. */
    private final AtomicBoolean awaitsOther = new AtomicBoolean();

    private int run() throws IOException {
        try (OpenStorage storage = OpenStorage.open(options.storage(), data)) {
            if (options.has("--lock-status") || options.has("--lock-release")) {
                InstanceLock lock =
                        InstanceLock.builder(storage.leases(), instance).build();
                OUT.println("\"" + instance + "\" " + lockReport(lock));
                return BotRunner.STOPPED;
            }
            int status = talk(storage, backupFile());
            if (status == BotRunner.ANOTHER_IS_ACTIVE) { // the log says which
                ERR.println("With --standby, this instance would wait until the active one ends.");
            }
            return status;
        }
    }

    private String lockReport(InstanceLock lock) {
        try (lock) {
            Optional<String> holder = lock.holder().map(LockHolder::describe);
            if (options.has("--lock-status")) {
                return holder.map(who -> "is held by " + who).orElse("is free");
            }
            lock.forceRelease();
            return holder.map(who -> "was held by " + who + "; it is free now").orElse("was free");
        }
    }

    /** The SQLite file with copies of the conversations, in case Redis loses them; empty for none. */
    private Optional<Path> backupFile() {
        boolean hasEmbeddedRedis = options.storage().equals("embedded") && EmbeddedRedis.isAvailable();
        String file = options.value("--database", hasEmbeddedRedis ? data.toAbsolutePath() + ".db" : "none");
        return file.equals("none") ? Optional.empty() : Optional.of(Path.of(file));
    }

    private int talk(OpenStorage storage, Optional<Path> backupFile) {
        Optional<String> origin =
                backupFile.map(file -> options.value("--origin", OpenStorage.id(options.storage(), data, file)));
        Optional<OpenStorage> backup = backupFile.map(OpenStorage::sqlite);
        StateStorage conversations = new LoggingStateStorage(
                backup.map(copies -> ConversationBackup.of(copies.states(), origin.orElseThrow())
                                .storage(storage.states()))
                        .orElse(storage.states()));
        Consumer<InstanceLock.Builder> lock = settings ->
                settings.ttl(Duration.ofSeconds(options.number("--ttl", 30))).listener(this::report);
        Consumer<BotRunner> runner = settings -> {
            settings.thenClose("storage", CLOSE_LIMIT, storage);
            backup.ifPresent(copies -> settings.thenClose("database", CLOSE_LIMIT, copies));
            if (options.has("--standby")) {
                settings.standby();
            }
        };
        return telegram.map(bot -> bot.storage(conversations, storage.leases())
                        .lock(instance)
                        .lockSettings(lock)
                        .runnerSettings(runner)
                        .senderSettings(sender -> sender.rate(options.number("--rate", 30), Duration.ofSeconds(1)))
                        .run())
                .orElseGet(() -> {
                    InstanceLock.Builder builder = InstanceLock.builder(storage.leases(), instance);
                    lock.accept(builder);
                    return atTerminal(conversations, builder.build(), runner);
                });
    }

    private int atTerminal(StateStorage conversations, InstanceLock lock, Consumer<BotRunner> settings) {
        boolean isInteractive = options.has("--interactive");
        boolean hasColors = isInteractive // see no-color.org
                && variable("NO_COLOR").isEmpty()
                && !variable("TERM").equals(Optional.of("dumb"));
        Fsm fsm = OnboardingFlow.FLOW.fsm(conversations);
        Lines lines = new Lines(new BufferedReader(new InputStreamReader(System.in, UTF_8)));
        if (options.has("--standby") && options.isQuiet()) { // otherwise the log reports it
            lock.holder().ifPresent(holder -> {
                ERR.println("Standing by: the active instance is " + holder.describe());
                awaitsOther.set(true);
            });
        }
        BotRunner runner = BotRunner.of(lock);
        settings.accept(runner);
        return runner.run(lease -> {
            if (isInteractive) {
                ERR.println("Write to the bot: /start begins, /status shows where you are, Ctrl-D ends it.");
            }
            return new TerminalBot(fsm, lease, options.value("--user", "1"), lines, OUT, hasColors).start();
        });
    }

    /** Informs a user at a terminal, who sees no log, about waiting and its end. */
    private void report(LockEvent event) {
        if (options.isQuiet() && event instanceof LockEvent.Quarantined quarantined) {
            ERR.printf(
                    Locale.ROOT,
                    "Waiting up to %d s: the storage cannot show that no other instance is active.%n",
                    quarantined.remaining().plusMillis(999).toSeconds());
        } else if (options.isQuiet() && event instanceof LockEvent.Activated && awaitsOther.getAndSet(false)) {
            ERR.println("The other instance has ended; this one is active now.");
        }
    }
}
