package com.example.pizza;

import io.botfsm.flow.Flow;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

// snippet: spring-flow
@Configuration
class PizzaFlow {
    enum Order {
        SIZE,
        ADDRESS
    }

    record Pizza(String size) {}

    @Bean
    Flow<String, String> pizza() {
        return Flow.of(Order.class, new Pizza(null), flow -> flow.idle("Send /order.")
                .begin("/order"::equals, Order.SIZE)
                .end("/cancel"::equals, "Nothing ordered.")
                .back("/back"::equals)
                .state(Order.SIZE, size -> size.ask("Small or large?")
                        .to(Order.ADDRESS)
                        .answer((turn, text) -> switch (text) {
                            case "small", "large" -> turn.data(new Pizza(text)).goTo(Order.ADDRESS);
                            default -> turn.again("I only know small and large.");
                        }))
                .state(Order.ADDRESS, address -> address.ask(pizza -> "Where to with your " + pizza.size() + " one?")
                        .ends()
                        .answer((turn, text) -> turn.end("On its way to " + text + "."))));
    }
}
// end
