package io.botfsm.lifecycle;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.botfsm.lock.Lease;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.LoggerFactory;

/**
 * A bot program for tests that need a separate process. Prints what happens to standard output, each line prefixed with
 * {@code "> "}; the log goes there too.
 */
final class BotProgram {
    private static final Duration LONG = Duration.ofSeconds(100);
    private static final CountDownLatch NEVER = new CountDownLatch(1);

    private BotProgram() {}

    public static void main(String[] arguments) throws InterruptedException {
        ((Logger) LoggerFactory.getLogger("io.botfsm.lifecycle")).setLevel(Level.INFO);
        ManualLock lock = new ManualLock(BotProgram::say);
        BotRunner runner = runner(lock);
        int status = switch (arguments[0]) {
            case "stand-by" -> runner.standby().run(BotProgram::bot);
            case "held" -> runner.run(BotProgram::bot);
            default -> {
                lock.grant();
                yield run(arguments[0], runner);
            }
        };
        say("status " + status);
        if (arguments[0].equals("end-and-stay")) {
            NEVER.await();
        }
        System.exit(status);
    }

    private static BotRunner runner(ManualLock lock) {
        return BotRunner.of(lock)
                .drainTimeout(LONG)
                .thenClose("redis", LONG, () -> say("close redis"))
                .thenClose("database", LONG, () -> say("close database"));
    }

    private static int run(String what, BotRunner runner) {
        return switch (what) {
            case "work" -> runner.run(BotProgram::bot);
            case "work-without-signals" -> runner.withoutSignals().run(BotProgram::bot);
            case "framework" -> runInAFramework(runner);
            case "start-for-ever" ->
                runner.run(lease -> {
                    say("starting");
                    NEVER.await();
                    return bot(lease);
                });
            case "drain-for-ever" ->
                runner.run(lease -> {
                    TestBot bot = bot(lease);
                    bot.whenDrained = NEVER::await;
                    return bot;
                });
            case "exit" ->
                runner.run(lease -> {
                    new Thread(() -> System.exit(7)).start();
                    return bot(lease);
                });
            case "end-and-stay" -> runner.run(BotProgram::endingBot);
            case "one-after-another" -> {
                runner.run(BotProgram::endingBot);
                ManualLock next = new ManualLock(BotProgram::say);
                next.grant();
                yield runner(next).run(BotProgram::bot);
            }
            case "two" -> runTwo(runner);
            default -> throw new IllegalArgumentException(what);
        };
    }

    /** Runs the bot in a framework that has its own shutdown hook and drains its web server first. */
    private static int runInAFramework(BotRunner runner) {
        CountDownLatch stopped = new CountDownLatch(1);
        CountDownLatch ended = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            awaitQuietly(stopped, Duration.ofSeconds(1)); // requests that are under way
            say("web server drained");
            runner.stop();
            awaitQuietly(ended, LONG);
            say("framework ended");
        }));
        int status = runner.withoutSignals().run(lease -> {
            TestBot bot = bot(lease);
            bot.whenDrained = stopped::countDown;
            return bot;
        });
        ended.countDown();
        return status;
    }

    /** Runs a second bot under another lock; the first run to end ends the program. */
    private static int runTwo(BotRunner runner) {
        CountDownLatch firstWorks = new CountDownLatch(1);
        ManualLock other = new ManualLock(entry -> say("other: " + entry));
        other.grant();
        new Thread(() -> {
                    awaitQuietly(firstWorks);
                    System.exit(BotRunner.of(other)
                            .thenClose("redis", LONG, () -> say("other: close redis"))
                            .run(lease -> new TestBot(lease, entry -> say("other: " + entry))));
                })
                .start();
        return runner.run(lease -> {
            TestBot bot = bot(lease);
            firstWorks.countDown();
            return bot;
        });
    }

    private static void awaitQuietly(CountDownLatch latch) {
        awaitQuietly(latch, LONG);
    }

    private static void awaitQuietly(CountDownLatch latch, Duration limit) {
        try {
            var unused = latch.await(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static TestBot bot(Lease lease) {
        return new TestBot(lease, BotProgram::say);
    }

    private static TestBot endingBot(Lease lease) {
        TestBot bot = bot(lease);
        bot.end.complete("end of input");
        return bot;
    }

    private static void say(String entry) {
        System.out.println("> " + entry);
    }
}
