package io.botfsm.examples.onboarding.program;

import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What the command line says.
 *
 * @param database the file, {@link #NO_DATABASE}, or empty if nothing was said
 * @param ttl how long the lock lasts unless renewed
 * @param telegram whether it talks on Telegram, not at the terminal
 */
record Options(
        String storage,
        Optional<String> database,
        String user,
        String instance,
        boolean standby,
        Duration ttl,
        Action action,
        boolean telegram) {
    static final String USAGE = """
            Usage: run [--telegram] [--storage memory|embedded|redis://...] [--database FILE|none]
                       [--user ID] [--instance NAME] [--standby] [--ttl SECONDS]
                       [--lock-status | --lock-release | --help]

            A bot that gets to know you, and knows where you were when it starts again.
            One line of standard input is one message; standard output has what the bot says.
            Of several bots of one name only one is active.

              --telegram            talk on Telegram, not here: as the bot of the token in the environment variable
                                    TELEGRAM_BOT_TOKEN, by the server in TELEGRAM_API_URL if that is set
              --storage memory      forget everything at the end
              --storage embedded    a Redis of its own, nothing to install (the default);
                                    its data is in the folder that ONBOARDING_DATA names
              --storage redis://... a Redis that is running: redis://[user:password@]host[:port][/database]
              --database FILE       where each conversation is kept a second time, should Redis lose it
                                    (default: beside the folder of the bot's own Redis, for memory none)
              --user ID             who is writing (default: 1)
              --instance NAME       the name that only one bot can have at a time (default: onboarding-bot,
                                    with --telegram followed by the bot's id)
              --standby             wait while another instance is active, instead of ending at once
              --ttl SECONDS         how long the name is kept after a crash (default: 30)
              --lock-status         tell which instance is active
              --lock-release        free the name by force, whoever has it
              --help                this text
            """;

    static final String NO_DATABASE = "none";

    private static final String DEFAULT_INSTANCE = "onboarding-bot";

    private static final Options DEFAULTS = new Options(
            "embedded", Optional.empty(), "1", DEFAULT_INSTANCE, false, Duration.ofSeconds(30), Action.TALK, false);

    /** What is to be done. */
    enum Action {
        TALK,
        LOCK_STATUS,
        LOCK_RELEASE,
        HELP
    }

    /**
     * Understands a command line.
     *
     * @throws IllegalArgumentException if it cannot be understood; the message names the culprit
     */
    static Options parse(List<String> arguments) {
        Options options = DEFAULTS;
        for (Iterator<String> rest = arguments.iterator(); rest.hasNext(); ) {
            String argument = rest.next();
            String[] parts = argument.split("=", 2);
            options = switch (parts[0]) {
                case "--storage" -> options.withStorage(value(parts, rest));
                case "--database" -> options.withDatabase(value(parts, rest));
                case "--user" -> options.withUser(value(parts, rest));
                case "--instance" -> options.withInstance(value(parts, rest));
                case "--ttl" -> options.withTtl(value(parts, rest));
                case "--standby" -> options.withStandby();
                case "--telegram" -> options.withTelegram();
                case "--lock-status" -> options.withAction(Action.LOCK_STATUS);
                case "--lock-release" -> options.withAction(Action.LOCK_RELEASE);
                case "--help", "-h" -> options.withAction(Action.HELP);
                default -> throw new IllegalArgumentException("Unknown option: " + masked(argument));
            };
        }
        return options;
    }

    /** The default name of the only instance; bots with different tokens may share a storage. */
    Options ofBot(long botId) {
        return instance.equals(DEFAULT_INSTANCE) ? withInstance(DEFAULT_INSTANCE + "-" + botId) : this;
    }

    private static String value(String[] parts, Iterator<String> rest) {
        if (parts.length == 2) {
            return parts[1];
        }
        if (rest.hasNext()) {
            return rest.next();
        }
        throw new IllegalArgumentException(parts[0] + " needs a value");
    }

    private Options withStorage(String value) {
        if (!value.matches("memory|embedded|redis[a-z-]*://.+")) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT, "--storage must be memory, embedded or redis://..., not \"%s\"", masked(value)));
        }
        return new Options(value, database, user, instance, standby, ttl, action, telegram);
    }

    private Options withDatabase(String value) {
        Optional<String> file = Optional.of(notBlank("--database", value));
        return new Options(storage, file, user, instance, standby, ttl, action, telegram);
    }

    private Options withUser(String value) {
        return new Options(storage, database, notBlank("--user", value), instance, standby, ttl, action, telegram);
    }

    private Options withInstance(String value) {
        return new Options(storage, database, user, notBlank("--instance", value), standby, ttl, action, telegram);
    }

    private Options withTtl(String value) {
        if (!value.matches("[1-9]\\d{0,4}")) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT, "--ttl must be a whole number of seconds from 1 to 86400: \"%s\"", value));
        }
        return new Options(
                storage,
                database,
                user,
                instance,
                standby,
                Duration.ofSeconds(Long.parseLong(value)),
                action,
                telegram);
    }

    private Options withStandby() {
        return new Options(storage, database, user, instance, true, ttl, action, telegram);
    }

    private Options withTelegram() {
        return new Options(storage, database, user, instance, standby, ttl, action, true);
    }

    private Options withAction(Action chosen) {
        return new Options(storage, database, user, instance, standby, ttl, chosen, telegram);
    }

    private static String notBlank(String option, String value) {
        if (value.isBlank()) {
            throw new IllegalArgumentException(
                    String.format(Locale.ROOT, "%s must not be empty: \"%s\"", option, value));
        }
        return value;
    }

    private static String masked(String value) {
        return value.replaceAll("//.*@", "//***@");
    }
}
