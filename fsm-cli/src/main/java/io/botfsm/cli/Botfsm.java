package io.botfsm.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import io.botfsm.catalog.ImportRefusedException;
import io.botfsm.lock.store.LeaseStoreException;
import io.botfsm.redis.aiogram.AiogramLayoutMismatchException;
import io.botfsm.storage.FencedException;
import io.botfsm.storage.FsmException;
import io.botfsm.storage.StorageKey;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The command {@code botfsm}, with which operators find, show and repair what bots have stored. */
@Command(
        name = "botfsm",
        description = "Finds, shows and repairs what bots have stored.",
        synopsisSubcommandLabel = "COMMAND",
        versionProvider = Botfsm.Version.class,
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:done",
            "1:the store, a file or the output failed; run the command again",
            "2:refused: a wrong option, file or confirmation",
            "3:incomplete: something is missing, unreadable or skipped, as listed",
            "4:conflict: another program has changed it, or the fencing token is too low;"
                    + " what import, erase or move-chat wrote before stays"
        },
        footer = {
            "",
            "Set BOTFSM_STORE, or store=... in the file of --config, to the store's URI:",
            "redis://user:password@host:port/database, redis-sentinel://... or jdbc:...",
            "Other settings: BOTFSM_USER, BOTFSM_PASSWORD, BOTFSM_TTL (the same as in your",
            "bot), ... See docs/operate/botfsm-command.md."
        })
public final class Botfsm {
    /** The driver logs a URL that it cannot read, with the password in it. */
    private static final Logger POSTGRESQL = Logger.getLogger("org.postgresql");

    /** Credentials: before the {@code @} of a URI or of an Oracle JDBC URL, or as the parameter of a password. */
    private static final Pattern CREDENTIALS =
            Pattern.compile("(?i)(:/+|:oracle:[^\\s@/]*)\\S*@|((?:password|pwd)=)[^\\s&;]*");

    private final CommandTerminal terminal;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            scope = ScopeType.INHERIT,
            description = "reads the settings from a file")
    private Optional<Path> config = Optional.empty();

    @Option(
            names = "--store",
            paramLabel = "URI",
            scope = ScopeType.INHERIT,
            description = "the store's URI, without a password, which others on this machine could see")
    private Optional<String> store = Optional.empty();

    @Option(names = "--json", scope = ScopeType.INHERIT, description = "prints JSON, one object on each line")
    private boolean json;

    @Option(names = "--debug", scope = ScopeType.INHERIT, description = "prints the stack trace of a failure")
    private boolean debug;

    @Option(names = "--help", usageHelp = true, scope = ScopeType.INHERIT, description = "prints this help")
    @SuppressWarnings("UnusedVariable") // picocli looks at it
    private boolean help;

    @Option(names = "--version", versionHelp = true, description = "prints the version")
    @SuppressWarnings("UnusedVariable") // picocli looks at it
    private boolean version;

    Botfsm(CommandTerminal terminal) {
        this.terminal = terminal;
    }

    /** Runs the command line, and ends the process with its exit status. */
    public static void main(String[] arguments) {
        System.exit(run(CommandTerminal.ofProcess(), requireNonNull(arguments, "arguments")));
    }

    /** Returns the exit status. */
    static int run(CommandTerminal terminal, String... arguments) {
        POSTGRESQL.setLevel(Level.OFF);
        Botfsm botfsm = new Botfsm(terminal);
        CommandLine line = new CommandLine(botfsm)
                .addSubcommand(new ListCommand(botfsm))
                .addSubcommand(new ShowCommand(botfsm))
                .addSubcommand(new SetStateCommand(botfsm))
                .addSubcommand(new ResetCommand(botfsm))
                .addSubcommand(new EraseCommand(botfsm))
                .addSubcommand(new MoveChatCommand(botfsm))
                .addSubcommand(new ExportCommand(botfsm))
                .addSubcommand(new ImportCommand(botfsm))
                .addSubcommand(new WatchCommand(botfsm))
                .addSubcommand(new CheckCommand(botfsm))
                .addSubcommand(DeadLettersCommand.of(botfsm))
                .addSubcommand(LockCommand.of(botfsm))
                .addSubcommand(new MigrateCommand(botfsm));
        line.setOut(new PrintWriter(terminal.out(), true, UTF_8))
                .setErr(new PrintWriter(terminal.err(), true, UTF_8))
                .setExpandAtFiles(false)
                .setColorScheme(new Help.ColorScheme.Builder(terminal.isColoured("out") ? Help.Ansi.ON : Help.Ansi.OFF)
                        .commands(Help.Ansi.Style.bold)
                        .options(Help.Ansi.Style.bold)
                        .build())
                .setUsageHelpWidth(80)
                .registerConverter(StorageKey.class, Botfsm::key)
                .registerConverter(Duration.class, converted(Durations::parse))
                .setParameterExceptionHandler(botfsm::misused)
                .setExecutionExceptionHandler(botfsm::failed);
        int status = line.execute(arguments);
        return status == ExitStatus.DONE && terminal.out().checkError() ? ExitStatus.FAILED : status;
    }

    private static StorageKey key(String text) {
        try {
            return StorageKey.parse(text);
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException(
                    "\"" + text + "\" is not a key such as bot:chat:user; botfsm list prints the keys");
        }
    }

    private static CommandLine.ITypeConverter<Duration> converted(BiFunction<String, String, Duration> parse) {
        return text -> {
            try {
                return parse.apply("it", text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        };
    }

    CommandTerminal terminal() {
        return terminal;
    }

    Report report() {
        return new Report(terminal, json);
    }

    StoreSettings settings() throws IOException {
        return StoreSettings.read(terminal.variables(), store, config, report()::warning);
    }

    /** A wrong command line. No part of it that may hold a password is printed. */
    private int misused(ParameterException e, String[] arguments) {
        String message = e instanceof UnmatchedArgumentException unmatched
                ? unmatched(unmatched.getUnmatched().get(0))
                : String.valueOf(e.getMessage());
        report().error(masked(message) + ". See "
                + e.getCommandLine().getCommandSpec().qualifiedName() + " --help");
        return ExitStatus.REFUSED;
    }

    private static String unmatched(String argument) {
        if (argument.startsWith("-")) {
            return "unknown option: " + argument.split("=", 2)[0];
        }
        return argument.contains("://")
                ? "a URI needs the option --store"
                : "unexpected argument: \"" + argument + "\"";
    }

    private static String masked(String message) {
        return CREDENTIALS.matcher(message).replaceAll(found -> found.group(2) == null ? "$1...@" : "$2...");
    }

    private int failed(Exception failure, CommandLine line, ParseResult parsed) {
        if (debug) {
            StringWriter trace = new StringWriter();
            failure.printStackTrace(new PrintWriter(trace));
            terminal.err().print(masked(trace.toString()));
        }
        report().error(masked(message(failure)));
        if (failure instanceof Refusal refusal) {
            return refusal.status();
        }
        if (failure instanceof FencedException) {
            return ExitStatus.CONFLICT;
        }
        return failure instanceof IllegalArgumentException
                        || failure instanceof ImportRefusedException
                        || failure instanceof AiogramLayoutMismatchException
                ? ExitStatus.REFUSED
                : ExitStatus.FAILED;
    }

    private static String message(Throwable failure) {
        if (failure instanceof NoSuchFileException) {
            return failure.getMessage() + ": there is no such file or directory";
        }
        if (failure instanceof AccessDeniedException) {
            return failure.getMessage() + ": permission denied";
        }
        boolean isExpected = failure instanceof Refusal
                || failure instanceof FsmException
                || failure instanceof LeaseStoreException
                || failure instanceof IllegalArgumentException
                || failure instanceof IOException;
        return isExpected
                ? String.valueOf(failure.getMessage())
                : failure + ": this is a bug in botfsm; run it again with --debug and report what it prints";
    }

    /** The version of the jar. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {
                Optional.ofNullable(Botfsm.class.getPackage().getImplementationVersion())
                        .orElse("unknown")
            };
        }
    }
}
