package io.botfsm.integration.lock;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.botfsm.lifecycle.BotRunner;
import io.botfsm.lock.InstanceLock;
import io.botfsm.lock.store.LeaseStore;
import java.io.IOException;
import java.time.Duration;
import org.slf4j.LoggerFactory;

/** A program with a bot that is active or stands by. It ends with the process that started it. */
final class ActiveInstance {
    static final String NAME = "bot";
    private static final Duration LIMIT = Duration.ofSeconds(5);

    private ActiveInstance() {}

    /**
     * Arguments: URI of the lease's server, URI of the journal's server, TTL in ms, whether dead holders are replaced.
     */
    public static void main(String[] arguments) {
        ((Logger) LoggerFactory.getLogger("io.botfsm")).setLevel(Level.INFO);
        Thread parent = new Thread(ActiveInstance::endWithParent, "parent");
        parent.setDaemon(true);
        parent.start();
        LeaseStore leases = Backend.open(arguments[0]).leases();
        Journal journal = new Journal(arguments[1]);
        InstanceLock lock = InstanceLock.builder(leases, NAME)
                .ttl(Duration.ofMillis(Long.parseLong(arguments[2])))
                .replaceDeadHolders(Boolean.parseBoolean(arguments[3]))
                .build();
        System.exit(BotRunner.of(lock)
                .standby()
                .thenClose("leases", LIMIT, leases)
                .thenClose("journal", LIMIT, journal)
                .run(lease -> MarkingBot.start(lease, journal)));
    }

    private static void endWithParent() {
        try {
            var unused = System.in.read(); // nobody writes there
        } catch (IOException e) {
            // the parent has gone
        }
        Runtime.getRuntime().halt(1);
    }
}
