package io.botfsm.spring;

import io.botfsm.lock.InstanceLock;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.springframework.core.env.Environment;

/** The names of the bots' locks, and locks of these names. */
final class BotLocks {
    /** The name of the starter's own bot. Its lock has the configured name as it is, whichever bots are added later. */
    private static final String OWN = "telegram";

    private final Map<String, String> names = new LinkedHashMap<>();
    private final Function<String, InstanceLock> locks;

    /**
     * Creates the locks of bots. The lock of the starter's own bot has the configured name; those of other bots have
     * their bot's name appended. A name thus does not depend on which other bots there are, so that instances of two
     * releases use the same one.
     *
     * @param bots the names of the bots
     * @param locks creates a lock with a name
     */
    BotLocks(
            BotfsmProperties.Lock settings,
            Environment environment,
            Collection<String> bots,
            Function<String, InstanceLock> locks) {
        this.locks = locks;
        String name = Stream.of(
                        Optional.ofNullable(settings.name()),
                        Optional.ofNullable(environment.getProperty("spring.application.name")))
                .flatMap(Optional::stream)
                .filter(any -> !any.isBlank())
                .findFirst()
                .orElseThrow(() -> new BotfsmStartException(
                        "The instance lock has no name.",
                        "Set botfsm.lock.name or spring.application.name, to the same for all instances of the bot.",
                        null));
        bots.forEach(bot -> names.put(bot, bot.equals(OWN) ? name : name + "-" + bot));
    }

    /** A new lock for a bot. */
    InstanceLock of(String bot) {
        return locks.apply(names.get(bot));
    }

    InstanceLock first() {
        return locks.apply(names.values().iterator().next());
    }

    /** Returns a new lock for each bot, by the names of the locks. */
    Map<String, InstanceLock> all() {
        Map<String, InstanceLock> all = new LinkedHashMap<>();
        names.values().forEach(name -> all.put(name, locks.apply(name)));
        return all;
    }

    @Override
    public String toString() {
        return List.copyOf(names.values()).toString();
    }
}
