package io.botfsm.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.lock.store.ManualClock;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class SignalsTest {
    private static final int SIGINT = 128 + 2;
    private static final int SIGTERM = 128 + 15;

    private static final String[] WORK_AND_STOP = {
        "try", "start 1", "stop polling 1", "drain 1", "release 1", "close lock", "close redis", "close database"
    };

    private static List<String> workAndStopThen(String last) {
        List<String> entries = new ArrayList<>(List.of(WORK_AND_STOP));
        entries.add(last);
        return entries;
    }

    @Nested
    class OneSignal {
        @ParameterizedTest
        @ValueSource(strings = {"TERM", "INT"})
        void stopsTheBotInOrderAndTheProcessEndsWell(String signal) throws IOException, InterruptedException {
            try (BotProgramProcess bot = BotProgramProcess.start("work")) {
                bot.awaitSaid("start 1");
                bot.signal(signal);

                assertThat(bot.awaitExit()).as(bot.log()).isZero();
                assertThat(bot.said()).isEqualTo(workAndStopThen("status 0"));
                assertThat(bot.log()).contains("The bot stops: SIG" + signal);
            }
        }

        @ParameterizedTest
        @ValueSource(strings = {"TERM", "INT"})
        void endsAStandBy(String signal) throws IOException, InterruptedException {
            try (BotProgramProcess bot = BotProgramProcess.start("stand-by")) {
                bot.awaitSaid("stand by");
                bot.signal(signal);

                assertThat(bot.awaitExit()).as(bot.log()).isZero();
                assertThat(bot.said())
                        .containsExactly("try", "stand by", "close lock", "close redis", "close database", "status 0");
            }
        }

        @Test
        void endsAStart() throws IOException, InterruptedException {
            try (BotProgramProcess bot = BotProgramProcess.start("start-for-ever")) {
                bot.awaitSaid("starting");
                bot.signal("TERM");

                assertThat(bot.awaitExit()).as(bot.log()).isZero();
                assertThat(bot.said())
                        .containsExactly(
                                "try",
                                "starting",
                                "release 1",
                                "close lock",
                                "close redis",
                                "close database",
                                "status 0");
            }
        }

        @Test
        void isTheJvmsAgainWhenTheRunIsOver() throws IOException, InterruptedException {
            try (BotProgramProcess bot = BotProgramProcess.start("end-and-stay")) {
                bot.awaitSaid("status 0");
                bot.signal("TERM");

                assertThat(bot.awaitExit()).as(bot.log()).isEqualTo(SIGTERM);
                assertThat(bot.said()).isEqualTo(workAndStopThen("status 0"));
            }
        }

        @Test
        void isTheNextRunnersWhenTheRunIsOver() throws IOException, InterruptedException {
            try (BotProgramProcess bot = BotProgramProcess.start("one-after-another")) {
                bot.awaitSaidAgain("start 1");
                bot.signal("TERM");

                assertThat(bot.awaitExit()).as(bot.log()).isZero();
                List<String> twice = new ArrayList<>(List.of(WORK_AND_STOP));
                twice.addAll(workAndStopThen("status 0"));
                assertThat(bot.said()).isEqualTo(twice);
            }
        }

        @Test
        void stopsTwoBotsOfAProcess() throws IOException, InterruptedException {
            try (BotProgramProcess bot = BotProgramProcess.start("two")) {
                bot.awaitSaid("other: start 1");
                bot.signal("TERM");

                assertThat(bot.awaitExit()).as(bot.log()).isZero();
                assertThat(bot.said())
                        .containsSubsequence(WORK_AND_STOP)
                        .containsSubsequence("status 0", "other: stop polling 1")
                        .containsSubsequence(
                                "other: stop polling 1",
                                "other: drain 1",
                                "other: release 1",
                                "other: close lock",
                                "other: close redis");
                assertThat(bot.log()).contains("Another runner in this process handles the signals");
            }
        }
    }

    @Nested
    class SecondSignal {
        @Test
        void endsTheProcessAtOnce() throws IOException, InterruptedException {
            assertThat(exitOfAHangingStop("TERM")).isEqualTo(SIGTERM);
        }

        @Test
        void endsTheProcessAtOnceToo() throws IOException, InterruptedException {
            assertThat(exitOfAHangingStop("INT")).isEqualTo(SIGINT);
        }

        private static int exitOfAHangingStop(String signal) throws IOException, InterruptedException {
            try (BotProgramProcess bot = BotProgramProcess.start("drain-for-ever")) {
                bot.awaitSaid("start 1");
                bot.signal("TERM");
                bot.awaitSaid("drain 1");
                bot.signalToDeath(signal);

                int status = bot.awaitExit();
                assertThat(bot.said()).containsExactly("try", "start 1", "stop polling 1", "drain 1");
                return status;
            }
        }

        @Test
        void isNoneWhenItIsTheEchoOfTheFirst() {
            List<Object> done = new ArrayList<>();
            ManualClock clock = new ManualClock(Long.MAX_VALUE, 0); // overflows, as System.nanoTime may
            SignalAnswer answer = new SignalAnswer(done::add, done::add, clock);

            answer.received("SIGTERM", 15);
            clock.advance(Duration.ofMillis(100));
            answer.received("SIGTERM", 15);
            assertThat(done).containsExactly("SIGTERM");

            clock.advance(Duration.ofNanos(1));
            answer.received("SIGINT", 2);
            assertThat(done).containsExactly("SIGTERM", SIGINT);
        }
    }

    @Nested
    class AnExitOfTheJvm {
        @Test
        void stopsTheBotInOrder() throws IOException, InterruptedException {
            try (BotProgramProcess bot = BotProgramProcess.start("exit")) {
                assertThat(bot.awaitExit()).as(bot.log()).isEqualTo(7);
                assertThat(bot.said()).startsWith(WORK_AND_STOP);
                assertThat(bot.log()).contains("The bot stops: the JVM is exiting");
            }
        }

        /** Without signals the application has its own shutdown order, and a hook would run concurrently with it. */
        @Test
        void isNotTheRunnersBusinessWithoutSignals() throws IOException, InterruptedException {
            try (BotProgramProcess bot = BotProgramProcess.start("work-without-signals")) {
                bot.awaitSaid("start 1");
                bot.signal("TERM");

                assertThat(bot.awaitExit()).as(bot.log()).isEqualTo(SIGTERM);
                assertThat(bot.said()).containsExactly("try", "start 1");
            }
        }

        @Test
        void isInTheFrameworksOrderWithoutSignals() throws IOException, InterruptedException {
            try (BotProgramProcess bot = BotProgramProcess.start("framework")) {
                bot.awaitSaid("start 1");
                bot.signal("TERM");

                assertThat(bot.awaitExit()).as(bot.log()).isEqualTo(SIGTERM);
                assertThat(bot.said())
                        .containsSubsequence(
                                "try",
                                "start 1",
                                "web server drained",
                                "stop polling 1",
                                "drain 1",
                                "release 1",
                                "close lock",
                                "close redis",
                                "close database",
                                "framework ended");
            }
        }

        @Test
        void isWhatASignalIsWithoutTheModule() throws IOException, InterruptedException {
            try (BotProgramProcess bot =
                    BotProgramProcess.start("work", "--limit-modules", "java.logging,java.naming,java.xml")) {
                bot.awaitSaid("start 1");
                bot.signal("TERM");

                assertThat(bot.awaitExit()).as(bot.log()).isEqualTo(SIGTERM);
                assertThat(bot.said()).startsWith(WORK_AND_STOP);
                assertThat(bot.log())
                        .contains("SIGTERM cannot be handled here", "ClassNotFoundException: sun.misc.Signal");
            }
        }
    }

    @Nested
    class AJvmThatKeepsItsHandsOffSignals {
        @Test
        void stopsTheBotInOrderWhenItExits() throws IOException, InterruptedException {
            try (BotProgramProcess bot = BotProgramProcess.start("exit", "-Xrs")) {
                assertThat(bot.awaitExit()).as(bot.log()).isEqualTo(7);
                assertThat(bot.said()).startsWith(WORK_AND_STOP);
                assertThat(bot.log()).contains("SIGTERM cannot be handled here", "already used by VM or OS");
            }
        }

        @Test
        void isKilledByOne() throws IOException, InterruptedException {
            try (BotProgramProcess bot = BotProgramProcess.start("work", "-Xrs")) {
                bot.awaitSaid("start 1");
                bot.signal("TERM");

                assertThat(bot.awaitExit()).as(bot.log()).isEqualTo(SIGTERM);
                assertThat(bot.said()).containsExactly("try", "start 1");
            }
        }
    }

    @Test
    void theStatusSaysThatAnotherIsActive() throws IOException, InterruptedException {
        try (BotProgramProcess bot = BotProgramProcess.start("held")) {
            assertThat(bot.awaitExit()).as(bot.log()).isEqualTo(BotRunner.ANOTHER_IS_ACTIVE);
            assertThat(bot.said()).containsExactly("try", "close lock", "close redis", "close database", "status 75");
        }
    }
}
