package io.botfsm.flow;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.memory.MemoryStateStorage;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a user sees at the terminal; the test's own replaces it. */
@Timeout(60)
class TerminalTest {
    private enum Order {
        SIZE,
        DONE
    }

    private record Pizza(String size) {}

    private static final Flow<String, String> FLOW = Flow.of(
            Order.class,
            new Pizza(""),
            flow -> flow.idle("Send /order.")
                    .begin("/order"::equals, Order.SIZE)
                    .state(
                            Order.SIZE,
                            size -> size.ask("Which size?")
                                    .to(Order.DONE)
                                    .after(Duration.ofMillis(50), turn -> turn.again("Still there?"))
                                    .answer((turn, text) ->
                                            turn.data(new Pizza(text)).goTo(Order.DONE)))
                    .state(
                            Order.DONE,
                            done -> done.ask(pizza -> "Is " + pizza.size() + " right?")
                                    .ends()
                                    .answer((turn, text) -> turn.end("Ordered."))));

    private final MemoryStateStorage storage = new MemoryStateStorage();
    private final BlockingQueue<String> printed = new LinkedBlockingQueue<>();
    private final InputStream standardIn = System.in;
    private final PrintStream standardOut = System.out;
    private PrintStream user;

    @BeforeEach
    void replaceTheTerminal() throws Exception {
        PipedOutputStream keyboard = new PipedOutputStream();
        System.setIn(new PipedInputStream(keyboard));
        user = new PrintStream(keyboard, true, UTF_8);
        System.setOut(new PrintStream(java.io.OutputStream.nullOutputStream(), false, UTF_8) {
            @Override
            public void println(Object line) {
                printed.add(String.valueOf(line));
            }
        });
    }

    @AfterEach
    void putItBack() {
        System.setIn(standardIn);
        System.setOut(standardOut);
    }

    private String next() throws InterruptedException {
        return printed.poll(30, TimeUnit.SECONDS);
    }

    @Test
    void timeoutsAreFiredWhileTheUserSaysNothing() throws Exception {
        Thread bot = new Thread(() -> Terminal.talk(FLOW, storage));
        bot.start();
        user.println("hello");
        assertThat(next()).isEqualTo("Send /order.");
        user.println("/order");
        assertThat(next()).isEqualTo("Which size?");
        assertThat(next()).isEqualTo("Still there?");
        assertThat(next()).isEqualTo("Which size?");
        user.println("large");
        assertThat(next()).isEqualTo("Is large right?");
        user.close();
        bot.join();
        assertThat(printed).isEmpty();
    }
}
