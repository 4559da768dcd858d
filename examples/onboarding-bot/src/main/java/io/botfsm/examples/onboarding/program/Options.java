package io.botfsm.examples.onboarding.program;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The options of the command line; {@code usage.txt} explains them.
 *
 * @param flags the options without a value, by their names
 * @param values the others, by their names
 */
record Options(Set<String> flags, Map<String, String> values) {
    private static final Set<String> FLAGS =
            Set.of("--help --interactive --lock-release --lock-status --standby --telegram --verbose".split(" "));

    /** The options with a value, and the pattern of each value. */
    private static final Map<String, String> PATTERNS = Map.of(
            "--storage", "memory|embedded|jdbc:.+|redis[a-z-]*://.+",
            "--ttl", "[1-9]\\d{0,3}",
            "--rate", "[1-9]\\d{0,3}",
            "--database", ".*",
            "--instance", ".*",
            "--origin", ".*",
            "--user", ".*");

    /**
     * Parses a command line. If an option is repeated, its last value counts.
     *
     * @throws IllegalArgumentException if it is not valid; the message names the option, and has no credentials
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
        if (!value.matches(PATTERNS.getOrDefault(name, ""))) {
            String kind = name.equals("--storage")
                    ? "memory, embedded, jdbc:... or redis://..."
                    : "a whole number from 1 to 9999";
            throw new IllegalArgumentException(
                    String.format(Locale.ROOT, "%s must be %s, not \"%s\"", name, kind, masked(value)));
        }
        return value;
    }

    /** Hides what may be a password of a URI or a bot's token. */
    private static String masked(String value) {
        return value.replaceAll("//.*@", "//***@").replaceAll("(\\d+):[\\w-]{20,}", "$1:***");
    }

    boolean has(String flag) {
        return flags.contains(flag);
    }

    String value(String name, String defaultValue) {
        return values.getOrDefault(name, defaultValue);
    }

    int number(String name, int defaultValue) {
        return Integer.parseInt(value(name, Integer.toString(defaultValue)));
    }

    String storage() {
        return value("--storage", "embedded");
    }

    /**
     * The name under which one instance is active; by default each bot has its own, since several may share a storage.
     */
    String instance(Optional<Long> botId) {
        return value("--instance", "onboarding-bot" + botId.map(id -> "-" + id).orElse(""));
    }

    /** Whether only warnings and errors are logged; a bot on Telegram shows nothing but its log. */
    boolean isQuiet() {
        return !has("--verbose") && (!has("--telegram") || has("--lock-status") || has("--lock-release"));
    }
}
