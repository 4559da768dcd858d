package io.botfsm.lock.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class TimerThreadTest {
    private static final Duration NEVER = Duration.ofDays(1);

    private final TimerThread timers = new TimerThread(Thread::new);
    private final BlockingQueue<String> ran = new LinkedBlockingQueue<>();

    @AfterEach
    void close() {
        timers.close();
    }

    @Test
    void tasksRunInTheOrderInWhichTheyAreDue() throws InterruptedException {
        timers.schedule(Duration.ofMillis(200), () -> ran.add("third"));
        timers.schedule(Duration.ofMillis(100), () -> ran.add("second"));
        timers.schedule(Duration.ZERO, () -> ran.add("first"));

        assertThat(List.of(ran.take(), ran.take(), ran.take())).containsExactly("first", "second", "third");
    }

    @Test
    void anEarlierTaskDoesNotWaitForTheOneThatWasScheduledBefore() throws InterruptedException {
        timers.schedule(NEVER, () -> ran.add("late"));
        timers.schedule(Duration.ofMillis(1), () -> ran.add("early"));

        assertThat(ran.take()).isEqualTo("early");
    }

    @Test
    void aTaskRunsThoughTheEarlierOneThatWasToWakeTheThreadWasCancelled() throws InterruptedException {
        Scheduler.Task cancelled = timers.schedule(Duration.ofMillis(800), () -> ran.add("cancelled"));
        timers.schedule(Duration.ofMillis(850), () -> ran.add("kept"));
        cancelled.cancel();

        assertThat(ran.take()).isEqualTo("kept");
        assertThat(ran).isEmpty();
    }

    @Test
    void aTaskScheduledByATaskRuns() throws InterruptedException {
        timers.schedule(
                Duration.ZERO, () -> timers.schedule(Duration.ofMillis(10), () -> ran.add("scheduled by a task")));

        assertThat(ran.take()).isEqualTo("scheduled by a task");
    }

    @Test
    void aTaskScheduledWhileAnotherRunsIsNotForgotten() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch mayEnd = new CountDownLatch(1);
        timers.schedule(Duration.ZERO, () -> {
            begun.countDown();
            await(mayEnd);
        });
        begun.await();
        timers.schedule(Duration.ZERO, () -> ran.add("scheduled meanwhile"));
        mayEnd.countDown();

        assertThat(ran.take()).isEqualTo("scheduled meanwhile");
    }

    @Test
    void everyTaskRunsOnceWhenManyThreadsScheduleThem() throws InterruptedException {
        int threads = 4;
        int each = 5_000;
        CountDownLatch left = new CountDownLatch(threads * each);
        for (int thread = 0; thread < threads; thread++) {
            new Thread(() -> {
                        for (int task = 0; task < each; task++) {
                            timers.schedule(Duration.ofNanos(task % 50 * 10_000L), left::countDown);
                            timers.schedule(NEVER, () -> ran.add("cancelled")).cancel();
                        }
                    })
                    .start();
        }

        assertThat(left.await(20, TimeUnit.SECONDS))
                .as("%d tasks never ran", left.getCount())
                .isTrue();
        assertThat(ran).isEmpty();
    }

    @Test
    void aTaskThatFailsKeepsNoOtherFromRunning() throws InterruptedException {
        timers.schedule(Duration.ZERO, () -> {
            throw new OutOfMemoryError("of a test");
        });
        timers.schedule(Duration.ofMillis(1), () -> ran.add("next"));

        assertThat(ran.take()).isEqualTo("next");
    }

    @Test
    void closedItRunsNothing() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch mayEnd = new CountDownLatch(1);
        CountDownLatch ended = new CountDownLatch(1);
        timers.schedule(Duration.ZERO, () -> {
            begun.countDown();
            await(mayEnd);
            ended.countDown();
        });
        begun.await();
        timers.schedule(Duration.ZERO, () -> ran.add("due before the close"));
        timers.close();
        timers.schedule(Duration.ZERO, () -> ran.add("after the close"));
        mayEnd.countDown();
        ended.await();

        assertThat(ran.poll(50, TimeUnit.MILLISECONDS)).isNull();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
