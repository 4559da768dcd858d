package io.botfsm.jdbc;

import io.botfsm.lock.store.LeaseStore.Subscription;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The subscriptions to releases, by name. While there are any, the database is asked ten times a second when the leases
 * of these names were last released, with one query per five hundred names. Thread-safe; hints run without holding a
 * lock.
 */
final class ReleaseHints {
    private static final Logger LOG = LoggerFactory.getLogger(ReleaseHints.class.getPackageName());

    /** The default interval at which the database is asked. */
    static final Duration INTERVAL = Duration.ofMillis(100);

    private static final int NAMES_PER_QUERY = 500;

    private final Function<List<String>, CompletionStage<Map<String, Long>>> released;
    private final Duration interval;
    private final ScheduledExecutorService timer;
    private final Map<String, Interest> interests = new HashMap<>();
    private boolean polling;
    private boolean missed;

    /**
     * Hints.
     *
     * @param released asks when the leases of some names were last released
     */
    ReleaseHints(Function<List<String>, CompletionStage<Map<String, Long>>> released, Duration interval) {
        this.released = released;
        this.interval = interval;
        ScheduledThreadPoolExecutor thread = new ScheduledThreadPoolExecutor(1, work -> {
            Thread daemon = new Thread(work, "botfsm-jdbc-hints");
            daemon.setDaemon(true);
            return daemon;
        });
        thread.setKeepAliveTime(10, TimeUnit.SECONDS);
        thread.allowCoreThreadTimeOut(true);
        timer = thread;
    }

    private static final class Interest {
        private final Set<Hint> hints = new HashSet<>();
        private long known;

        private Interest(long known) {
            this.known = known;
        }
    }

    private final class Hint implements Subscription {
        private final String name;
        private final Runnable work;
        private volatile boolean closed;

        private Hint(String name, Runnable work) {
            this.name = name;
            this.work = work;
        }

        private void run() {
            try {
                if (!closed) {
                    work.run();
                }
            } catch (RuntimeException e) {
                LOG.warn("The listener for the release of a lease failed; it will be notified of later releases", e);
            }
        }

        @Override
        public void close() {
            closed = true;
            synchronized (interests) {
                Interest interest = interests.get(name);
                if (interest != null && interest.hints.remove(this) && interest.hints.isEmpty()) {
                    interests.remove(name);
                }
            }
        }
    }

    /**
     * Subscribes.
     *
     * @param known when the lease was last released, as just read
     */
    Subscription add(String name, Runnable work, long known) {
        Hint hint = new Hint(name, work);
        synchronized (interests) {
            interests.computeIfAbsent(name, any -> new Interest(known)).hints.add(hint);
            if (!polling) {
                polling = true;
                pollLater();
            }
        }
        return hint;
    }

    private void pollLater() {
        try {
            var unused = timer.schedule(this::poll, interval.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            // closed meanwhile
        }
    }

    private void poll() {
        List<String> names;
        synchronized (interests) {
            names = List.copyOf(interests.keySet());
            polling = !names.isEmpty();
        }
        if (!names.isEmpty()) {
            ask(names);
        }
    }

    private void ask(List<String> names) {
        List<String> first = names.subList(0, Math.min(NAMES_PER_QUERY, names.size()));
        released.apply(first).whenComplete((found, failure) -> {
            List<Hint> due = failure == null ? due(first, found) : List.of();
            due.forEach(Hint::run);
            if (failure == null && first.size() < names.size()) {
                ask(names.subList(first.size(), names.size()));
            } else {
                pollLater();
            }
        });
    }

    /** Records a release by this process, and calls the hints at once; other processes ask the database. */
    void released(String name, long when) {
        due(List.of(name), Map.of(name, when)).forEach(Hint::run);
    }

    /**
     * Records a failure, during which releases may have been missed; all hints are called when the database can be
     * asked again.
     */
    void missed() {
        synchronized (interests) {
            missed = true;
        }
    }

    private List<Hint> due(List<String> names, Map<String, Long> found) {
        List<Hint> due = new ArrayList<>();
        synchronized (interests) {
            boolean all = missed;
            missed = false;
            for (String name : all ? List.copyOf(interests.keySet()) : names) {
                Interest interest = interests.get(name);
                if (interest != null) {
                    long now = found.getOrDefault(name, interest.known);
                    if (all || now > interest.known) {
                        interest.known = Math.max(interest.known, now);
                        due.addAll(interest.hints);
                    }
                }
            }
        }
        return due;
    }

    /** Returns the number of names with subscriptions. */
    int names() {
        synchronized (interests) {
            return interests.size();
        }
    }

    void close() {
        timer.shutdownNow();
        synchronized (interests) {
            interests.clear();
        }
    }
}
