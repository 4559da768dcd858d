package io.botfsm.lock.store;

import io.botfsm.lock.internal.text.UnicodeText;
import io.botfsm.lock.store.LeaseStore.Subscription;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The subscriptions to releases, by name. Thread-safe; calls hints without holding a lock. */
final class Hints {
    private static final Logger LOG = LoggerFactory.getLogger(Hints.class.getPackageName());

    private final ConcurrentMap<String, Set<Interest>> interests = new ConcurrentHashMap<>();

    Subscription add(String name, Runnable hint) {
        Interest interest = new Interest(name, hint);
        interests.compute(name, (sameName, all) -> {
            Set<Interest> more = all == null ? ConcurrentHashMap.newKeySet() : all;
            more.add(interest);
            return more;
        });
        return interest;
    }

    void hint(String name) {
        interests.getOrDefault(name, Set.of()).forEach(Interest::hint);
    }

    void clear() {
        interests.clear();
    }

    /** Returns the number of names with subscriptions. */
    int names() {
        return interests.size();
    }

    private final class Interest implements Subscription {
        private final String name;
        private final Runnable hint;
        private volatile boolean closed;

        private Interest(String name, Runnable hint) {
            this.name = name;
            this.hint = hint;
        }

        private void hint() {
            if (closed) {
                return;
            }
            try {
                hint.run();
            } catch (RuntimeException e) {
                LOG.warn(
                        "The listener for the release of lease \"{}\" failed; it will be notified of later releases",
                        UnicodeText.printable(name),
                        e);
            }
        }

        @Override
        public void close() {
            closed = true;
            interests.computeIfPresent(name, (sameName, all) -> {
                all.remove(this);
                return all.isEmpty() ? null : all;
            });
        }
    }
}
