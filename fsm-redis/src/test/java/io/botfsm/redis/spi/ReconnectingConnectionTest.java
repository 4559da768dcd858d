package io.botfsm.redis.spi;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The number that distinguishes connections. How much a new server is believed to remember depends on it. */
@Timeout(60)
class ReconnectingConnectionTest {
    private final ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor();
    private final CompletableFuture<ServerConnection> next = new CompletableFuture<>();
    private final AtomicInteger replaced = new AtomicInteger();
    private final ScriptedConnection first = new ScriptedConnection();
    private ReconnectingConnection connection;

    @BeforeEach
    void connect() {
        connection = new ReconnectingConnection(
                "test", first, () -> next, scheduler, Duration.ofSeconds(1), replaced::incrementAndGet);
        connection.start();
    }

    @AfterEach
    void disconnect() {
        connection.close();
        scheduler.shutdownNow();
    }

    /** A client that reconnects by itself may reach another server before we do. */
    @Test
    void aConnectionThatWasLostIsAnotherEvenIfItComesBack() {
        long number = connection.number();
        first.onTrouble.accept("lost");
        assertThat(first.isOpen()).isTrue();
        assertThat(connection.number()).isGreaterThan(number);
        assertThat(connection.current()).isSameAs(first);
        assertThat(replaced).hasValue(0);
    }

    @Test
    void aConnectionThatTakesItsPlaceIsAnother() {
        first.onTrouble.accept("not answering");
        long number = connection.number();
        ScriptedConnection second = new ScriptedConnection();
        next.complete(second);
        assertThat(connection.current()).isSameAs(second);
        assertThat(connection.number()).isGreaterThan(number);
        assertThat(replaced).hasValue(1);
    }

    @Test
    void aConnectionThatStaysIsTheSame() {
        long number = connection.number();
        assertThat(connection.current()).isSameAs(first);
        assertThat(connection.number()).isEqualTo(number);
    }

    /** A connection that reports trouble when the test says so. */
    private static final class ScriptedConnection implements ServerConnection {
        private Consumer<String> onTrouble = why -> {};

        @Override
        public CompletableFuture<List<Object>> send(List<byte[]> command) {
            throw new UnsupportedOperationException();
        }

        @Override
        public List<CompletableFuture<List<Object>>> sendTogether(List<List<byte[]>> commands) {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void watch(Consumer<String> action) {
            onTrouble = action;
        }

        @Override
        public CompletionStage<Void> close() {
            return CompletableFuture.completedFuture(null);
        }
    }
}
