package io.botfsm.telegram.testing;

import com.sun.net.httpserver.HttpExchange;
import java.time.Instant;
import java.util.Optional;

/** Who sent a request, and when it arrived. */
record Caller(String poller, String connection, Optional<String> userAgent, long begunNanos, Instant begun) {
    private static final String GONE = "gone";

    static Caller of(HttpExchange exchange, ClientProxy proxy) {
        String connection = proxy.client(exchange.getRemoteAddress()).orElse(GONE);
        String poller = Optional.ofNullable(exchange.getRequestHeaders().getFirst("X-Poller"))
                .orElse(connection);
        Optional<String> userAgent =
                Optional.ofNullable(exchange.getRequestHeaders().getFirst("User-Agent"));
        return new Caller(poller, connection, userAgent, System.nanoTime(), Instant.now());
    }
}
