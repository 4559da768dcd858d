package io.botfsm.conformance.internal;

import io.botfsm.conformance.Conformance;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.TestInstance;

/** A group of tests; what they open is closed after each of them. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class Rules {
    /** How long a call may take where the time does not matter. */
    public static final Duration DEADLINE = Duration.ofSeconds(10);

    /** The backend's time. */
    protected final BackendTime time;

    private final List<AutoCloseable> opened = new ArrayList<>();

    /** For the groups of one suite. */
    protected Rules(Conformance suite) {
        this.time = new BackendTime(suite);
    }

    /** Opens a backend that is closed after the test. */
    protected final <T extends AutoCloseable> T opened(Callable<T> open) {
        T backend;
        try {
            backend = open.call();
        } catch (Exception e) {
            throw new AssertionError("could not be opened", e);
        }
        opened.add(backend);
        return backend;
    }

    @AfterEach
    void closeOpened() throws Exception {
        for (AutoCloseable each : opened) {
            each.close();
        }
        opened.clear();
    }

    /** How often to do something: more often in a soak test. */
    public static int times(int usual) {
        return Boolean.getBoolean("botfsm.proof") ? 20 * usual : usual;
    }

    /** Runs a random test; its failure reports the seed that repeats it. */
    public static void randomly(Consumer<Random> test) {
        long seed = Long.getLong("botfsm.seed", System.nanoTime());
        try {
            test.accept(new Random(seed));
        } catch (AssertionError e) {
            throw new AssertionError(
                    String.format(Locale.ROOT, "repeat with -Dbotfsm.seed=%d: %s", seed, e.getMessage()), e);
        }
    }
}
