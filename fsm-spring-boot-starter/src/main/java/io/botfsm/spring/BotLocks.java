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
    /** The starter's own bot. Its lock has the bare name, whichever bots are added to it later. */
    private static final String OWN = "telegram";

    private final Map<String, String> names = new LinkedHashMap<>();
    private final Function<String, InstanceLock> locks;

    /**
     * The locks of bots. That of the starter's own has the name that is set; others have their own after it. So a name
     * does not depend on which other bots there are: instances of two releases use the same one.
     *
     * @param bots their names
     * @param locks makes a lock of a name
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

    /** By the names of the locks. */
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
