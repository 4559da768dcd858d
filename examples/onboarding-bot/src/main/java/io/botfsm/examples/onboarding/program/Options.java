package io.botfsm.examples.onboarding.program;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What the command line says.
 *
 * @param flags the options without a value, by their names
 * @param values the others, by their names
 */
record Options(Set<String> flags, Map<String, String> values) {
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
    static final String ADOPT_DATABASE = "--adopt-database";
    static final String INTERACTIVE = "--interactive";
    static final String STANDBY = "--standby";
    static final String TELEGRAM = "--telegram";

    private static final String DEFAULT_INSTANCE = "onboarding-bot";
    private static final int LONGEST_TTL_SECONDS = 86_400;
    private static final Set<String> FLAGS = Set.of(
            ADOPT_DATABASE, INTERACTIVE, STANDBY, TELEGRAM, "--verbose", "--lock-status", "--lock-release", "--help");
    private static final Map<String, String> PATTERNS = Map.of(
            "--storage", "memory|embedded|redis[a-z-]*://.+",
            "--database", ".*",
            "--user", ".*",
            "--instance", ".*",
            "--ttl", "[1-9]\\d{0,4}");

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
        Set<String> flags = new HashSet<>();
        Map<String, String> values = new HashMap<>();
        for (Iterator<String> rest = arguments.iterator(); rest.hasNext(); ) {
            String[] parts = rest.next().split("=", 2);
            String name = parts[0].equals("-h") ? "--help" : parts[0];
            if (PATTERNS.containsKey(name)) {
                values.put(name, checked(name, value(parts, rest)));
            } else if (!FLAGS.contains(name)) {
                throw new IllegalArgumentException("Unknown option: " + masked(name));
            } else if (parts.length == 2) {
                throw new IllegalArgumentException(name + " takes no value"); // which may be a secret
            } else {
                flags.add(name);
            }
        }
        if (flags.containsAll(List.of("--lock-status", "--lock-release"))) {
            throw new IllegalArgumentException("--lock-status and --lock-release exclude each other");
        }
        return new Options(Set.copyOf(flags), Map.copyOf(values));
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

    private static String checked(String name, String value) {
        if (value.matches(PATTERNS.getOrDefault(name, ""))
                && !(name.equals("--ttl") && Integer.parseInt(value) > LONGEST_TTL_SECONDS)) {
            return value;
        }
        String kind = name.equals("--ttl")
                ? "a whole number of seconds from 1 to " + LONGEST_TTL_SECONDS
                : "memory, embedded or redis://...";
        throw new IllegalArgumentException(
                String.format(Locale.ROOT, "%s must be %s, not \"%s\"", name, kind, masked(value)));
    }

    /** Hides what may be a password of a URI or a bot's token. */
    private static String masked(String value) {
        return value.replaceAll("//.*@", "//***@").replaceAll("(\\d+):[\\w-]{20,}", "$1:***");
    }

    boolean has(String flag) {
        return flags.contains(flag);
    }

    private String value(String name, String unlessGiven) {
        return values.getOrDefault(name, unlessGiven);
    }

    String storage() {
        return value("--storage", "embedded");
    }

    /** The file, {@link #NO_DATABASE}, or empty if the option is missing. */
    Optional<String> database() {
        return Optional.ofNullable(values.get("--database"));
    }

    String user() {
        return value("--user", "1");
    }

    /** How long the lock lasts unless renewed. */
    Duration ttl() {
        return Duration.ofSeconds(Integer.parseInt(value("--ttl", "30")));
    }

    /**
     * The name of the only instance; by default one for each bot, since those with different tokens may share a
     * storage.
     */
    String instance(Optional<Long> botId) {
        return value("--instance", DEFAULT_INSTANCE + botId.map(id -> "-" + id).orElse(""));
    }

    Action action() {
        return has("--help")
                ? Action.HELP
                : has("--lock-status") ? Action.LOCK_STATUS : has("--lock-release") ? Action.LOCK_RELEASE : Action.TALK;
    }

    /** Whether only warnings and errors are logged; on Telegram the log is all that the program shows. */
    boolean isQuiet() {
        return !has("--verbose") && !(has(TELEGRAM) && action() == Action.TALK);
    }
}
