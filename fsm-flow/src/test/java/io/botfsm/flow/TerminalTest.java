package io.botfsm.flow;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.memory.MemoryStateStorage;
import java.io.InputStream;
import java.io.OutputStream;
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

/** What a user sees at the terminal, which the test replaces. */
@Timeout(60)
class TerminalTest {
    private enum Visit {
        HOME
    }

    private record Home(String line) {}

    private static final Flow<String, String> FLOW = Flow.of(
            Visit.class,
            new Home(""),
            flow -> flow.idle("Send /visit.")
                    .begin("/visit"::equals, Visit.HOME)
                    .state(
                            Visit.HOME,
                            home -> home.ask("Where do you live?")
                                    .ends()
                                    .after(Duration.ofMillis(50), turn -> turn.again("Still there?"))
                                    .answer((turn, text) -> turn.end("I will come to " + text + "."))));

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
        System.setOut(new PrintStream(OutputStream.nullOutputStream(), false, UTF_8) {
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
        assertThat(next()).isEqualTo("Send /visit.");
        user.println("/visit");
        assertThat(next()).isEqualTo("Where do you live?");
        assertThat(next()).isEqualTo("Still there?");
        assertThat(next()).isEqualTo("Where do you live?");
        user.println("Rome");
        assertThat(next()).isEqualTo("I will come to Rome.");
        assertThat(next()).isEqualTo("Send /visit.");
        user.close();
        bot.join();
        assertThat(printed).isEmpty();
    }
}
