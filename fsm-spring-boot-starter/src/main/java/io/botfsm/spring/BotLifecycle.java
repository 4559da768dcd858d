package io.botfsm.spring;

import io.botfsm.lifecycle.BotRunner;
import io.botfsm.lifecycle.BotRunner.BotFactory;
import io.botfsm.lifecycle.RunState;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.ExitCodeGenerator;
import org.springframework.context.SmartLifecycle;

/**
 * Starts the bots when everything else of the application has started, and stops them before anything else stops. Each
 * start is a new run with a new lock. Thread-safe.
 */
final class BotLifecycle implements SmartLifecycle, ExitCodeGenerator {
    private static final Logger LOG = LoggerFactory.getLogger(BotLifecycle.class.getPackageName());

    private final Map<String, BotFactory> bots;
    private final Function<String, BotRunner> runners;
    private final Runnable exit;

    private final Object monitor = new Object();
    private final Map<String, BotRunner> running = new LinkedHashMap<>();
    private boolean stopping;
    private int exitCode;

    /**
     * Creates a lifecycle of bots that have not started.
     *
     * @param bots the factories of the bots, by their names
     * @param runners creates a runner for the bot with a name
     * @param exit ends the process, after a bot has ended without being stopped
     */
    BotLifecycle(Map<String, BotFactory> bots, Function<String, BotRunner> runners, Runnable exit) {
        this.bots = bots;
        this.runners = runners;
        this.exit = exit;
    }

    @Override
    public void start() {
        synchronized (monitor) {
            stopping = false;
            exitCode = 0;
            running.clear();
            bots.forEach((name, factory) -> {
                BotRunner runner = runners.apply(name);
                running.put(name, runner);
                var unused = runner.start(factory).thenAccept(status -> ended(name, runner, status));
            });
        }
    }

    private void ended(String name, BotRunner runner, int status) {
        synchronized (monitor) {
            if (running.get(name) != runner) { // of an earlier start
                return;
            }
            exitCode = exitCode == 0 ? status : exitCode;
            if (stopping) {
                return;
            }
        }
        LOG.warn("The bot {} has ended without being stopped, with status {}", name, status);
        exit.run();
    }

    @Override
    public void stop() {
        stop(() -> {});
    }

    @Override
    public void stop(Runnable whenStopped) {
        Map<String, BotRunner> all;
        synchronized (monitor) {
            stopping = true;
            all = Map.copyOf(running);
        }
        AtomicInteger left = new AtomicInteger(all.size());
        if (all.isEmpty()) {
            whenStopped.run();
        }
        all.values()
                .forEach(runner -> runner.stop(() -> {
                    if (left.decrementAndGet() == 0) {
                        whenStopped.run();
                    }
                }));
    }

    @Override
    public boolean isRunning() {
        return states().values().stream().anyMatch(state -> state != RunState.ENDED);
    }

    /** Returns the run state of each bot; empty before the start. */
    Map<String, RunState> states() {
        synchronized (monitor) {
            Map<String, RunState> states = new LinkedHashMap<>();
            running.forEach((name, runner) -> states.put(name, runner.state()));
            return states;
        }
    }

    /**
     * Returns the first status of a bot that is not 0; Spring uses it for the process if the application exits with
     * {@code SpringApplication.exit}.
     */
    @Override
    public int getExitCode() {
        synchronized (monitor) {
            return exitCode;
        }
    }
}
