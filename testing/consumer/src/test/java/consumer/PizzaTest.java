package consumer;

import io.botfsm.flow.test.FlowTester;
import org.junit.jupiter.api.Test;

class PizzaTest {
    @Test
    void pizzaIsOrdered() {
        FlowTester.of(Pizza.FLOW)
                .say("/order")
                .expect("Small or large?")
                .say("large")
                .expect("One large pizza.", "Send /order.");
    }
}
