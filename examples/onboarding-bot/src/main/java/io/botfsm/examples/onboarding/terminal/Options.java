package io.botfsm.examples.onboarding.terminal;

import java.util.Iterator;
import java.util.List;

/** What the command line says. */
record Options(String storage, String user, boolean help) {
    static final String USAGE = """
            Usage: run [--storage memory|embedded|redis://...] [--user ID] [--help]

            A bot that gets to know you, and knows where you were when it starts again.
            One line of standard input is one message; standard output has what the bot says.

              --storage memory      forget everything at the end
              --storage embedded    a Redis of its own, nothing to install (the default);
                                    its data is in the folder that ONBOARDING_DATA names
              --storage redis://... a Redis that is running: redis://[user:password@]host[:port][/database]
              --user ID             who is writing (default: 1)
              --help                this text
            """;

    /**
     * Understands a command line.
     *
     * @throws IllegalArgumentException if it cannot be understood; the message names the culprit
     */
    static Options parse(List<String> arguments) {
        Options options = new Options("embedded", "1", false);
        for (Iterator<String> rest = arguments.iterator(); rest.hasNext(); ) {
            String argument = rest.next();
            String[] parts = argument.split("=", 2);
            options = switch (parts[0]) {
                case "--storage" -> options.withStorage(value(parts, rest));
                case "--user" -> options.withUser(value(parts, rest));
                case "--help", "-h" -> new Options(options.storage, options.user, true);
                default -> throw new IllegalArgumentException("Unknown option: " + masked(argument));
            };
        }
        return options;
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
            throw new IllegalArgumentException(
                    "--storage must be memory, embedded or redis://..., not \"%s\"".formatted(masked(value)));
        }
        return new Options(value, user, help);
    }

    private Options withUser(String value) {
        if (value.isBlank()) {
            throw new IllegalArgumentException("--user must not be empty: \"%s\"".formatted(value));
        }
        return new Options(storage, value, help);
    }

    private static String masked(String value) {
        return value.replaceAll("//.*@", "//***@");
    }
}
