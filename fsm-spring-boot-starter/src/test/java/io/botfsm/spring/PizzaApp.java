package io.botfsm.spring;

import io.botfsm.flow.Flow;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;

/** An application as users write them: a flow, and everything else by auto-configuration. */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
class PizzaApp {
    enum Order {
        SIZE,
        ADDRESS
    }

    record Pizza(@Nullable String size) {}

    @Bean
    Flow<String, String> pizza() {
        return Flow.of(
                Order.class,
                new Pizza(null),
                flow -> flow.idle("Send /order.")
                        .begin("/order"::equals, Order.SIZE)
                        .state(
                                Order.SIZE,
                                size -> size.ask("Small or large?")
                                        .to(Order.ADDRESS)
                                        .answer((turn, text) ->
                                                turn.data(new Pizza(text)).goTo(Order.ADDRESS)))
                        .state(
                                Order.ADDRESS,
                                address -> address.ask(pizza -> "Where to with your " + pizza.size() + " one?")
                                        .ends()
                                        .answer((turn, text) -> turn.end("On its way to " + text + "."))));
    }

    public static void main(String[] args) {
        SpringApplication.run(PizzaApp.class, args);
    }
}
