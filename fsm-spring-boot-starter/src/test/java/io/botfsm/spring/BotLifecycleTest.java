package io.botfsm.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.botfsm.lifecycle.BotRunner;
import io.botfsm.lifecycle.BotRunner.Bot;
import io.botfsm.lifecycle.BotRunner.BotFactory;
import io.botfsm.lifecycle.RunState;
import io.botfsm.lock.AcquireResult.Acquired;
import io.botfsm.lock.InstanceLock;
import io.botfsm.lock.store.LeaseStore;
import io.botfsm.lock.store.MemoryLeaseStore;
import io.botfsm.memory.MemoryStateStorage;
import io.botfsm.storage.StateStorage;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.ExitCodeGenerator;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** When bots start and stop, and the exit code of the process. */
@Timeout(60)
class BotLifecycleTest {
    private static final MemoryLeaseStore LEASES = new MemoryLeaseStore();

    private final ApplicationContextRunner app =
            StarterAlone.pizza().withUserConfiguration(OneBot.class).withPropertyValues("botfsm.lock.name=pizza");

    /** A bot that records its calls. */
    record TestBot(String name, List<String> journal, CompletableFuture<String> end) implements Bot {
        @Override
        public void stopPolling() {
            journal.add(name + " stops polling");
        }

        @Override
        public void drain(Duration limit) {
            journal.add(name + " drains within " + limit);
        }

        @Override
        public CompletionStage<?> ended() {
            return end;
        }
    }

    /** The recorded events, and the future that ends the bots. */
    static final class Recording {
        final List<String> journal = new CopyOnWriteArrayList<>();
        volatile CompletableFuture<String> end = new CompletableFuture<>();

        void restart() {
            end = new CompletableFuture<>();
        }

        BotFactory bot(String name) {
            return lease -> {
                journal.add(name + " starts");
                return new TestBot(name, journal, end);
            };
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OneBot {
        @Bean
        Recording recording() {
            return new Recording();
        }

        @Bean
        BotFactory pizzaBot(Recording recording) {
            return recording.bot("pizza");
        }

        /** Stands for a web server: its phase is below that of the bots. */
        @Bean
        SmartLifecycle server(Recording recording) {
            return new SmartLifecycle() {
                private volatile boolean running;

                @Override
                public void start() {
                    running = true;
                    recording.journal.add("server starts");
                }

                @Override
                public void stop() {
                    running = false;
                    recording.journal.add("server stops");
                }

                @Override
                public boolean isRunning() {
                    return running;
                }

                @Override
                public int getPhase() {
                    return SmartLifecycle.DEFAULT_PHASE - 1024;
                }
            };
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class SecondBot {
        @Bean
        BotFactory pastaBot(Recording recording) {
            return recording.bot("pasta");
        }
    }

    private static void awaitState(BotLifecycle lifecycle, RunState state) {
        await().atMost(Duration.ofSeconds(60))
                .until(() -> lifecycle.states().values().stream().allMatch(each -> each == state));
    }

    @Test
    void aBotStartsLastAndStopsFirstAndKeepsToThePhasesTime() {
        Recording[] recording = new Recording[1];
        app.withPropertyValues("spring.lifecycle.timeout-per-shutdown-phase=15s")
                .run(context -> {
                    recording[0] = context.getBean(Recording.class);
                    awaitState(context.getBean(BotLifecycle.class), RunState.ACTIVE);
                    assertThat(context.getBean(InstanceLock.class).holder()).isPresent();
                });
        assertThat(recording[0].journal)
                .containsExactly(
                        "server starts",
                        "pizza starts",
                        "pizza stops polling",
                        "pizza drains within PT5S",
                        "server stops");
    }

    @Test
    void aContextThatIsStartedAgainHasTheBotAgain() {
        app.run(context -> {
            BotLifecycle lifecycle = context.getBean(BotLifecycle.class);
            awaitState(lifecycle, RunState.ACTIVE);
            context.getSourceApplicationContext().stop();
            assertThat(lifecycle.isRunning()).isFalse();
            context.getSourceApplicationContext().start();
            awaitState(lifecycle, RunState.ACTIVE);
            assertThat(context.getBean(Recording.class).journal.stream().filter("pizza starts"::equals))
                    .hasSize(2);
        });
    }

    @Test
    void severalBotsHaveALockEach() {
        app.withUserConfiguration(SecondBot.class).run(context -> {
            awaitState(context.getBean(BotLifecycle.class), RunState.ACTIVE);
            assertThat(context.getBean(BotLocks.class).all())
                    .containsOnlyKeys("pizza-pizzaBot", "pizza-pastaBot")
                    .allSatisfy((name, lock) -> assertThat(lock.holder()).isPresent());
        });
    }

    @Configuration(proxyBeanMethods = false)
    static class SharedLeases {
        @Bean
        StateStorage own() {
            return new MemoryStateStorage();
        }

        @Bean(destroyMethod = "")
        LeaseStore leases() {
            return LEASES;
        }
    }

    @Test
    void aSecondInstanceEndsWithTheStatusOfALockThatIsHeld() {
        InstanceLock first = InstanceLock.builder(LEASES, "taken-pizzaBot").build();
        assertThat(first.tryAcquire()).isInstanceOf(Acquired.class);
        app.withUserConfiguration(SharedLeases.class)
                .withPropertyValues("botfsm.lock.name=taken")
                .run(context -> {
                    awaitState(context.getBean(BotLifecycle.class), RunState.ENDED);
                    assertThat(context.getBean(ExitCodeGenerator.class).getExitCode())
                            .isEqualTo(BotRunner.ANOTHER_IS_ACTIVE);
                });
        first.close();
    }

    @Test
    void aStandbyTakesOverWhenTheFirstEnds() {
        InstanceLock first = InstanceLock.builder(LEASES, "standby-pizzaBot").build();
        assertThat(first.tryAcquire()).isInstanceOf(Acquired.class);
        app.withUserConfiguration(SharedLeases.class)
                .withPropertyValues("botfsm.lock.name=standby", "botfsm.lock.standby=true")
                .run(context -> {
                    BotLifecycle lifecycle = context.getBean(BotLifecycle.class);
                    assertThat(lifecycle.states()).isEqualTo(Map.of("pizzaBot", RunState.STANDBY));
                    assertThat(lifecycle.isRunning()).isTrue();
                    first.close();
                    awaitState(lifecycle, RunState.ACTIVE);
                });
    }

    @Test
    void aBotThatBreaksIsNotRunningAndFailsTheProcess() {
        app.run(context -> {
            BotLifecycle lifecycle = context.getBean(BotLifecycle.class);
            awaitState(lifecycle, RunState.ACTIVE);
            context.getBean(Recording.class).end.completeExceptionally(new IllegalStateException("401"));
            awaitState(lifecycle, RunState.ENDED);
            await().atMost(Duration.ofSeconds(60))
                    .untilAsserted(() -> assertThat(lifecycle.getExitCode()).isEqualTo(BotRunner.FAILED));
        });
    }

    @Test
    void theEndOfABotEndsTheProcessUnlessItWasStopped() {
        List<String> exits = new CopyOnWriteArrayList<>();
        Recording recording = new Recording();
        BotLifecycle lifecycle = new BotLifecycle(
                Map.of("pizza", recording.bot("pizza")),
                name -> BotRunner.of(
                        InstanceLock.builder(new MemoryLeaseStore(), name).build()),
                () -> exits.add("exit"));
        lifecycle.start();
        awaitState(lifecycle, RunState.ACTIVE);
        CompletableFuture<Void> stopped = new CompletableFuture<>();
        lifecycle.stop(() -> stopped.complete(null));
        stopped.orTimeout(30, java.util.concurrent.TimeUnit.SECONDS).join();
        assertThat(exits).isEmpty();

        lifecycle.start();
        awaitState(lifecycle, RunState.ACTIVE);
        assertThat(exits).as("after the stop, and the start after it").isEmpty();
        recording.end.complete("its end");
        await().atMost(Duration.ofSeconds(60)).until(() -> !exits.isEmpty());
        assertThat(lifecycle.getExitCode()).isEqualTo(BotRunner.STOPPED);
    }

    @Test
    void theEndOfAnEarlierRunConcernsNoLaterOne() throws InterruptedException {
        List<String> exits = new CopyOnWriteArrayList<>();
        CompletableFuture<Void> drained = new CompletableFuture<>();
        BotLifecycle lifecycle = new BotLifecycle(
                Map.of("pizza", lease -> new Bot() {
                    @Override
                    public void stopPolling() {}

                    @Override
                    public void drain(Duration limit) {
                        drained.join();
                    }
                }),
                name -> BotRunner.of(
                        InstanceLock.builder(new MemoryLeaseStore(), name).build()),
                () -> exits.add("exit"));
        lifecycle.start();
        awaitState(lifecycle, RunState.ACTIVE);
        CompletableFuture<Thread> stopped = new CompletableFuture<>();
        lifecycle.stop(() -> stopped.complete(Thread.currentThread()));
        lifecycle.start();
        drained.complete(null);
        stopped.join().join(); // has run all callbacks of the end
        assertThat(exits).isEmpty();
        lifecycle.stop();
    }

    @Test
    void aNewStartHasNoExitCode() {
        Recording recording = new Recording();
        BotLifecycle lifecycle = new BotLifecycle(
                Map.of("pizza", recording.bot("pizza")),
                name -> BotRunner.of(
                        InstanceLock.builder(new MemoryLeaseStore(), name).build()),
                () -> {});
        recording.end.completeExceptionally(new IllegalStateException("401"));
        lifecycle.start();
        await().atMost(Duration.ofSeconds(60)).until(() -> lifecycle.getExitCode() == BotRunner.FAILED);
        lifecycle.stop();
        recording.restart();
        lifecycle.start();
        awaitState(lifecycle, RunState.ACTIVE);
        assertThat(lifecycle.getExitCode()).isEqualTo(BotRunner.STOPPED);
        lifecycle.stop();
    }

    @Test
    void aLockWithoutANameIsExplained() {
        StarterAlone.pizza()
                .withUserConfiguration(OneBot.class)
                .run(context -> assertThat(StorageAutoConfigurationTest.failure(context.getStartupFailure())
                                .action())
                        .contains("botfsm.lock.name"));
    }

    @Test
    void withoutABotThereIsNeitherLockNorLifecycle() {
        StarterAlone.pizza()
                .run(context -> assertThat(context)
                        .hasNotFailed()
                        .doesNotHaveBean(InstanceLock.class)
                        .doesNotHaveBean(BotLifecycle.class));
    }
}
