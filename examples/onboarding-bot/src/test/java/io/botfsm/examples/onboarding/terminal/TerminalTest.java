package io.botfsm.examples.onboarding.terminal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.StorageKey;
import io.botfsm.StorageUnavailableException;
import io.botfsm.examples.onboarding.OnboardingFlow;
import io.botfsm.memory.MemoryStateStorage;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Outcome;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StateStorage;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.StringReader;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TerminalTest {
    private static final String NOT_SAVED = "bot> Sorry, that couldn't be saved. Please try again.";

    private final FailingStorage storage = new FailingStorage(new MemoryStateStorage());
    private final StorageKey key = StorageKey.bot("onboarding").chat(1).user(1).build();
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();
    private final Terminal terminal = terminal(written);

    @AfterEach
    void close() {
        storage.close();
    }

    @Test
    void answersEachLineWithLines() throws IOException {
        assertThat(talk("/start", "Zoë"))
                .containsExactly(
                        "bot> Welcome!", "bot> What is your name?", "bot> Nice to meet you, Zoë. What is your age?");
    }

    @Test
    void saysThatAMessageWasNotSavedAndGoesOn() throws IOException {
        talk("/start");
        storage.failNext(Failure.BEFORE);

        assertThat(talk("Alice")).containsExactly(NOT_SAVED);
        assertThat(storage.revivals).isEqualTo(1);
        assertThat(talk("Bob")).containsExactly("bot> Nice to meet you, Bob. What is your age?");
    }

    @Test
    void takesTheSameTextAfterAFailureForTheSameMessage() throws IOException {
        talk("/start");
        storage.failNext(Failure.AFTER);

        assertThat(talk("Alice")).containsExactly(NOT_SAVED);
        assertThat(talk("Alice")).containsExactly("bot> Nice to meet you, Alice. What is your age?");
        assertThat(talk("Alice"))
                .containsExactly(
                        "bot> I need a whole number from 1 to 120.", "bot> Nice to meet you, Alice. What is your age?");
    }

    @Test
    void tellsAUserOfAnUnknownStateHowToGoOn() throws IOException {
        storage.write(key, Mutation.builder().state("Onboarding:SHOE_SIZE").build())
                .toCompletableFuture()
                .join();

        assertThat(talk("44", "/start"))
                .containsExactly(
                        "bot> Sorry, I have lost the thread. Send /start to begin anew.",
                        "bot> Welcome!",
                        "bot> What is your name?");
    }

    @Test
    void handlesNothingOnceItIsStopped() throws IOException {
        terminal.stop();

        assertThat(talk("/start")).isEmpty();
        assertThat(storage.read(key).toCompletableFuture().join().state()).isEmpty();
    }

    @Test
    void stopsWhenNobodyReadsItsReplies() throws IOException {
        OutputStream closed = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException("broken pipe");
            }
        };
        BufferedReader lines = lines("/start", "Alice");

        terminal(closed).talk(lines);

        assertThat(lines.readLine()).isEqualTo("Alice");
    }

    private Terminal terminal(OutputStream out) {
        return new Terminal(
                new OnboardingFlow(storage),
                storage,
                key,
                new EventIds(InstantSource.system()),
                new PrintStream(out, true, UTF_8));
    }

    private String[] talk(String... lines) throws IOException {
        written.reset();
        terminal.talk(lines(lines));
        return written.toString(UTF_8).lines().toArray(String[]::new);
    }

    private static BufferedReader lines(String... lines) {
        return new BufferedReader(new StringReader(String.join("\n", lines)));
    }

    private enum Failure {
        NONE,
        BEFORE,
        AFTER
    }

    /** Fails one write when it is told to, before or after it is applied. */
    private static final class FailingStorage implements StateStorage, OpenStorage {
        private final StateStorage storage;
        private Failure next = Failure.NONE;
        private int revivals;

        FailingStorage(StateStorage storage) {
            this.storage = storage;
        }

        void failNext(Failure failure) {
            next = failure;
        }

        @Override
        public CompletionStage<Snapshot> read(StorageKey key) {
            return storage.read(key);
        }

        @Override
        public CompletionStage<Outcome> write(StorageKey key, Mutation mutation) {
            Failure failure = next;
            next = Failure.NONE;
            if (failure == Failure.NONE) {
                return storage.write(key, mutation);
            }
            if (failure == Failure.AFTER) {
                storage.write(key, mutation).toCompletableFuture().join();
            }
            return CompletableFuture.failedFuture(
                    new StorageUnavailableException(key, Duration.ofSeconds(2), failure == Failure.AFTER, null));
        }

        @Override
        public Set<Capability> capabilities() {
            return storage.capabilities();
        }

        @Override
        public StateStorage states() {
            return this;
        }

        @Override
        public void revive() {
            revivals++;
        }

        @Override
        public void close() {
            storage.close();
        }
    }
}
