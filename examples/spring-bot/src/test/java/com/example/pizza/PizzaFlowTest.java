package com.example.pizza;

import com.example.pizza.PizzaFlow.Order;
import io.botfsm.flow.test.FlowTester;
import org.junit.jupiter.api.Test;

/** The flow alone, without Spring. */
class PizzaFlowTest {
    @Test
    void aPizzaIsOrdered() {
        FlowTester.of(new PizzaFlow().pizza())
                .say("/order")
                .expect("Small or large?")
                .say("medium")
                .expect("I only know small and large.", "Small or large?")
                .say("small")
                .inState(Order.ADDRESS)
                .say("Elm St 1")
                .expect("On its way to Elm St 1.", "Send /order.")
                .ended();
    }
}
