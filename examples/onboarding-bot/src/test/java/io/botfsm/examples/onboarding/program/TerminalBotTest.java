package io.botfsm.examples.onboarding.program;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.botfsm.Fsm;
import io.botfsm.examples.onboarding.Input;
import io.botfsm.examples.onboarding.OnboardingFlow;
import io.botfsm.lifecycle.BotRunner.Bot;
import io.botfsm.lock.InstanceLock;
import io.botfsm.lock.Lease;
import io.botfsm.lock.store.LeaseClock;
import io.botfsm.lock.store.LossReason;
import io.botfsm.lock.store.ManualClock;
import io.botfsm.lock.store.MemoryLeaseStore;
import io.botfsm.memory.MemoryStateStorage;
import io.botfsm.storage.ForwardingStateStorage;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Outcome;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.StorageUnavailableException;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PipedReader;
import java.io.PipedWriter;
import java.io.PrintStream;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TerminalBotTest {
    private static final String NOT_SAVED = "bot> Sorry, that couldn't be saved. Please try again.";

    private final FailingStorage storage = new FailingStorage(new MemoryStateStorage());
    private final StorageKey key = StorageKey.bot("onboarding").chat(1).user(1).build();
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();
    private final ManualClock clock = new ManualClock(LeaseClock.system());
    private final InstanceLock lock =
            InstanceLock.builder(new MemoryLeaseStore(), "bot").clock(clock).build();
    private final Lease lease = lock.tryAcquire().orThrow();
    private final PipedWriter input = new PipedWriter();
    private final Lines lines = new Lines(new BufferedReader(new PipedReader(input)));
    private final Fsm fsm = OnboardingFlow.FLOW.fsm(storage);
    private final Bot terminal = start(written);

    TerminalBotTest() throws IOException {}

    @AfterEach
    void close() throws Exception {
        input.close();
        terminal.drain(Duration.ofSeconds(10));
        lock.close();
        storage.close();
    }

    @Test
    void answersEachLineWithLines() throws IOException {
        say("/start", "Zoë");

        hears("bot> Welcome!", "bot> What is your name?", "bot> Nice to meet you, Zoë. What is your age?");
    }

    @Test
    void saysThatAMessageWasNotSavedAndGoesOn() throws IOException {
        begin();
        storage.failNext(Failure.BEFORE);

        say("Alice");
        hears(NOT_SAVED);
        say("Bob");
        hears("bot> Nice to meet you, Bob. What is your age?");
    }

    @Test
    void takesTheSameTextAfterAFailureForTheSameMessage() throws IOException {
        begin();
        storage.failNext(Failure.AFTER);

        say("Alice");
        hears(NOT_SAVED);
        say("Alice");
        hears("bot> Nice to meet you, Alice. What is your age?");
        say("Alice");
        hears("bot> I need a whole number from 1 to 120.", "bot> Nice to meet you, Alice. What is your age?");
    }

    @Test
    void tellsAUserOfAnUnknownStateHowToGoOn() throws IOException {
        storage.write(key, Mutation.builder().state("Onboarding:SHOE_SIZE").build())
                .toCompletableFuture()
                .join();

        say("44", "/start");
        hears(
                "bot> Sorry, I have lost the thread.",
                "bot> Send /start, and I shall get to know you.",
                "bot> Welcome!",
                "bot> What is your name?");
    }

    @Test
    void endsWithItsInput() throws Exception {
        input.close();

        assertThat(terminal.ended().toCompletableFuture().get(10, TimeUnit.SECONDS))
                .isNull();
    }

    @Test
    void handlesNothingOnceItIsStoppedAndLeavesItToTheNext() throws Exception {
        terminal.stopPolling();
        terminal.drain(Duration.ofSeconds(10));
        say("/start");
        assertThat(written.size()).isZero();

        Bot next = start(written);
        hears("bot> Welcome!", "bot> What is your name?");
        next.stopPolling();
        next.drain(Duration.ofSeconds(10));
    }

    @Test
    void handlesNothingWithoutItsLease() throws Exception {
        lease.close();
        say("/start");
        terminal.stopPolling(); // as the runner does
        terminal.drain(Duration.ofSeconds(10));

        assertThat(written.size()).isZero();
        assertThat(lines.take()).contains("/start");
    }

    /** The lease is not held until it is renewed, which is some milliseconds later. */
    @Test
    void goesOnWhenTheClockWasSetForward() throws Exception {
        clock.setForward(Duration.ofSeconds(10));
        say("/start");

        hears("bot> Welcome!", "bot> What is your name?");
    }

    @Test
    void givesItsLeaseUpWhenALaterOneHasWritten() throws Exception {
        BlockingQueue<LossReason> reasons = new LinkedBlockingQueue<>();
        lease.onLost(reasons::add);
        OnboardingFlow.FLOW.handle(fsm.fencedBy(lease.fencingToken() + 1), key, Input.typed("/start"));

        say("Alice");
        hears(NOT_SAVED);
        assertThat(reasons.take()).isEqualTo(LossReason.FENCED);
    }

    @Test
    void stopsWhenNobodyReadsItsReplies() throws Exception {
        OutputStream closed = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException("broken pipe");
            }
        };
        terminal.stopPolling();
        terminal.drain(Duration.ofSeconds(10));
        Bot unheard = start(closed);
        say("/start", "Alice");
        unheard.drain(Duration.ofSeconds(10));

        assertThat(lines.take()).contains("Alice");
    }

    /** An unexpected failure is not taken for the end of the input. */
    @Test
    void endsAsFailedWhenItBreaks() throws Exception {
        terminal.stopPolling();
        terminal.drain(Duration.ofSeconds(10));
        Bot broken = start(new OutputStream() {
            @Override
            public void write(int b) {
                throw new IllegalStateException("a bug");
            }
        });
        say("/start");

        assertThat(broken.ended().toCompletableFuture())
                .failsWithin(Duration.ofSeconds(10))
                .withThrowableThat()
                .havingRootCause()
                .withMessage("a bug");
    }

    private Bot start(OutputStream out) {
        return new TerminalBot(fsm, lease, "1", lines, new PrintStream(out, true, UTF_8), false).start();
    }

    private void begin() throws IOException {
        say("/start");
        hears("bot> Welcome!", "bot> What is your name?");
    }

    private void say(String... words) throws IOException {
        for (String line : words) {
            input.write(line + "\n");
        }
        input.flush();
    }

    /** Expects exactly these lines since the last call. */
    private void hears(String... replies) {
        await().untilAsserted(() -> assertThat(written.toString(UTF_8).lines()).containsExactly(replies));
        written.reset();
    }

    private enum Failure {
        NONE,
        BEFORE,
        AFTER
    }

    /** Fails one write on request, before or after it is applied. */
    private static final class FailingStorage extends ForwardingStateStorage {
        private Failure next = Failure.NONE;

        FailingStorage(StateStorage storage) {
            super(storage);
        }

        void failNext(Failure failure) {
            next = failure;
        }

        @Override
        public CompletionStage<Outcome> write(StorageKey key, Mutation mutation) {
            Failure failure = next;
            next = Failure.NONE;
            if (failure == Failure.NONE) {
                return storage().write(key, mutation);
            }
            if (failure == Failure.AFTER) {
                storage().write(key, mutation).toCompletableFuture().join();
            }
            return CompletableFuture.failedFuture(
                    new StorageUnavailableException(key, Duration.ofSeconds(2), failure == Failure.AFTER, null));
        }
    }
}
