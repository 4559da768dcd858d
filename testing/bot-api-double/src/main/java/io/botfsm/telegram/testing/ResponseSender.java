package io.botfsm.telegram.testing;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;

/** Sends responses when they are ready, on the server's threads. */
final class ResponseSender {
    private final ExecutorService threads;

    ResponseSender(ExecutorService threads) {
        this.threads = threads;
    }

    <T> void whenReady(CompletionStage<T> answer, Consumer<? super T> sender) {
        if (answer.toCompletableFuture().isDone()) {
            sender.accept(answer.toCompletableFuture().join());
            return;
        }
        answer.thenAccept(ready -> {
            try {
                threads.execute(() -> sender.accept(ready));
            } catch (RejectedExecutionException e) {
                return; // the double is closed, and its connections with it
            }
        });
    }

    void send(HttpExchange exchange, BotApiResponse answer) {
        if (answer.equals(BotApiResponse.DROPPED)) {
            exchange.close();
            return;
        }
        byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
        try (exchange) {
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(answer.status(), body.length);
            try (OutputStream out = exchange.getResponseBody()) {
                out.write(body);
            }
        } catch (IOException e) {
            return; // the client has gone; what it did not confirm, it gets again
        }
    }
}
