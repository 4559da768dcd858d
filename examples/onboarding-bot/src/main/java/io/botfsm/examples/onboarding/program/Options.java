package io.botfsm.examples.onboarding.program;

import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the command line says.
 *
 * @param database the file, {@link #NO_DATABASE}, or empty if the option is missing
 * @param instanceGiven whether its name was chosen, and is not the default
 * @param adoptDatabase whether a database of another storage serves this one from now on
 * @param ttl how long the lock lasts unless renewed
 * @param telegram whether it talks on Telegram, not at the terminal
 * @param verbose whether the whole log is shown, not only warnings and errors
 * @param interactive whether somebody sits at a terminal
 */
record Options(
        String storage,
        Optional<String> database,
        boolean adoptDatabase,
        String user,
        String instance,
        boolean instanceGiven,
        boolean standby,
        Duration ttl,
        Action action,
        boolean telegram,
        boolean verbose,
        boolean interactive) {
    static final String USAGE = """
            Usage: run [--telegram] [--storage memory|embedded|redis://...] [--database FILE|none]
                       [--user ID] [--instance NAME] [--standby] [--ttl SECONDS] [--verbose]
                       [--lock-status | --lock-release | --help]

            A bot that gets to know you, and knows where you were when it starts again.
            One line of standard input is one message; standard output has what the bot says.
            Of several bots of one name only one is active.

              --telegram            talk on Telegram, not here: as the bot of the token in the
                                    environment variable TELEGRAM_BOT_TOKEN, by the server in
                                    TELEGRAM_API_URL if that is set; shows the log
              --storage memory      forget everything at the end
              --storage embedded    a Redis of its own, nothing to install (the default);
                                    its data is in the folder that ONBOARDING_DATA names
              --storage redis://... a Redis that is running:
                                    redis://[user:password@]host[:port][/database]
              --database FILE       an SQLite file that keeps each conversation too, should Redis
                                    lose it (default: for the embedded Redis a file beside its
                                    folder, otherwise none); it belongs to one storage
              --adopt-database      let the file serve this storage from now on, although it
                                    belongs to another
              --user ID             who is writing (default: 1)
              --instance NAME       the name that only one bot can have at a time
                                    (default: onboarding-bot, with --telegram followed by
                                    the bot's id)
              --standby             wait while another instance is active, instead of ending
              --ttl SECONDS         how long the name is kept after a crash (default: 30)
              --verbose             show the log, not only warnings and errors
              --interactive         show how to begin and, unless NO_COLOR is set, colors;
                                    the script does so at a terminal
              --lock-status         print which instance is active
              --lock-release        free the name by force, no matter which instance has it
              --help                print this text
            """;

    static final String NO_DATABASE = "none";

    private static final String DEFAULT_INSTANCE = "onboarding-bot";
    private static final int LONGEST_TTL_SECONDS = 86_400;

    /** Options with a name that was chosen, unless it is the default. */
    Options(
            String storage,
            Optional<String> database,
            boolean adoptDatabase,
            String user,
            String instance,
            boolean standby,
            Duration ttl,
            Action action,
            boolean telegram,
            boolean verbose,
            boolean interactive) {
        this(
                storage,
                database,
                adoptDatabase,
                user,
                instance,
                !instance.equals(DEFAULT_INSTANCE),
                standby,
                ttl,
                action,
                telegram,
                verbose,
                interactive);
    }

    /** What is to be done. */
    enum Action {
        TALK,
        LOCK_STATUS,
        LOCK_RELEASE,
        HELP
    }

    /**
     * Understands a command line. Where an option is repeated, its last value counts.
     *
     * @throws IllegalArgumentException if it cannot be understood; the message names the option, and has no credentials
     */
    static Options parse(List<String> arguments) {
        Parsed parsed = new Parsed();
        for (Iterator<String> rest = arguments.iterator(); rest.hasNext(); ) {
            String argument = rest.next();
            String[] parts = argument.split("=", 2);
            if (!parsed.takeFlag(parts[0])) {
                parsed.takeValue(parts[0], () -> value(parts, rest));
            } else if (parts.length == 2) {
                throw new IllegalArgumentException(parts[0] + " takes no value"); // which may be a secret
            }
        }
        return parsed.options();
    }

    /** The default name of the only instance; bots with different tokens may share a storage. */
    Options ofBot(long botId) {
        if (instanceGiven) {
            return this;
        }
        String ofBot = DEFAULT_INSTANCE + "-" + botId;
        return new Options(
                storage, database, adoptDatabase, user, ofBot, standby, ttl, action, telegram, verbose, interactive);
    }

    private static String value(String[] parts, Iterator<String> rest) {
        String value = parts.length == 2 ? parts[1] : rest.hasNext() ? rest.next() : "";
        if (value.isBlank()) {
            throw new IllegalArgumentException(parts[0] + " needs a value");
        }
        if (parts.length == 1 && value.startsWith("--")) {
            throw new IllegalArgumentException(
                    String.format(Locale.ROOT, "%s needs a value, not the option \"%s\"", parts[0], masked(value)));
        }
        return value;
    }

    /** Hides what may be a password of a URI or a bot's token. */
    private static String masked(String value) {
        return value.replaceAll("//.*@", "//***@").replaceAll("(\\d+):[\\w-]{20,}", "$1:***");
    }

    /** Whether only warnings and errors are logged; on Telegram the log is all that the program shows. */
    boolean isQuiet() {
        return !verbose && !(telegram && action == Action.TALK);
    }

    /** Options while they are parsed. */
    private static final class Parsed {
        private String storage = "embedded";
        private @Nullable String database;
        private boolean adoptDatabase;
        private String user = "1";
        private @Nullable String instance;
        private boolean standby;
        private Duration ttl = Duration.ofSeconds(30);
        private Action action = Action.TALK;
        private boolean telegram;
        private boolean verbose;
        private boolean interactive;

        /** Whether it is an option without a value. */
        boolean takeFlag(String option) {
            switch (option) {
                case "--adopt-database" -> adoptDatabase = true;
                case "--standby" -> standby = true;
                case "--telegram" -> telegram = true;
                case "--verbose" -> verbose = true;
                case "--interactive" -> interactive = true;
                case "--lock-status" -> choose(Action.LOCK_STATUS);
                case "--lock-release" -> choose(Action.LOCK_RELEASE);
                case "--help", "-h" -> action = Action.HELP;
                default -> {
                    return false;
                }
            }
            return true;
        }

        void takeValue(String option, Supplier<String> value) {
            switch (option) {
                case "--storage" -> storage = storage(value.get());
                case "--database" -> database = value.get();
                case "--user" -> user = value.get();
                case "--instance" -> instance = value.get();
                case "--ttl" -> ttl = ttl(value.get());
                default -> throw new IllegalArgumentException("Unknown option: " + masked(option));
            }
        }

        private void choose(Action chosen) {
            if (action != Action.TALK && action != Action.HELP && action != chosen) {
                throw new IllegalArgumentException("--lock-status and --lock-release exclude each other");
            }
            action = action == Action.HELP ? Action.HELP : chosen;
        }

        private static String storage(String value) {
            if (!value.matches("memory|embedded|redis[a-z-]*://.+")) {
                throw new IllegalArgumentException(String.format(
                        Locale.ROOT, "--storage must be memory, embedded or redis://..., not \"%s\"", masked(value)));
            }
            return value;
        }

        private static Duration ttl(String value) {
            if (!value.matches("[1-9]\\d{0,4}") || Integer.parseInt(value) > LONGEST_TTL_SECONDS) {
                throw new IllegalArgumentException(String.format(
                        Locale.ROOT,
                        "--ttl must be a whole number of seconds from 1 to %d, not \"%s\"",
                        LONGEST_TTL_SECONDS,
                        value));
            }
            return Duration.ofSeconds(Integer.parseInt(value));
        }

        Options options() {
            return new Options(
                    storage,
                    Optional.ofNullable(database),
                    adoptDatabase,
                    user,
                    Optional.ofNullable(instance).orElse(DEFAULT_INSTANCE),
                    instance != null,
                    standby,
                    ttl,
                    action,
                    telegram,
                    verbose,
                    interactive);
        }
    }
}
