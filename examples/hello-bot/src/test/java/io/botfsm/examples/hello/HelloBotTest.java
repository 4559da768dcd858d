package io.botfsm.examples.hello;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.examples.hello.HelloBot.Order;
import io.botfsm.flow.test.FlowTester;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class HelloBotTest {
    @Test
    void aPizzaIsOrdered() {
        FlowTester.of(HelloBot.PIZZA)
                .say("hello")
                .expect("Send /order.")
                .say("/order")
                .expect("Small or large?")
                .say("medium")
                .expect("I only know small and large.", "Small or large?")
                .say("small")
                .expect("Where to with your small one?")
                .say("/back")
                .inState(Order.SIZE)
                .say("large")
                .redeliver()
                .say("Elm St 1")
                .expect("On its way to Elm St 1.")
                .say("/cancel")
                .expect("Nothing ordered.", "Send /order.")
                .ended();
    }

    @Test
    void theProgramTalksAtTheTerminal() {
        InputStream in = System.in;
        PrintStream out = System.out;
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        try {
            System.setIn(new ByteArrayInputStream("/order\nsmall\n".getBytes(StandardCharsets.UTF_8)));
            System.setOut(new PrintStream(said, true, StandardCharsets.UTF_8));
            HelloBot.main(new String[0]);
        } finally {
            System.setIn(in);
            System.setOut(out);
        }
        assertThat(said.toString(StandardCharsets.UTF_8).lines())
                .containsExactly("Small or large?", "Where to with your small one?");
    }

    @Test
    void itStaysShort() throws Exception {
        Path file = Path.of("src/main/java/io/botfsm/examples/hello/HelloBot.java");
        assertThat(Files.readAllLines(file)).hasSizeLessThanOrEqualTo(45);
    }
}
