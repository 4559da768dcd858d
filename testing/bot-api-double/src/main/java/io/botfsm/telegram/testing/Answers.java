package io.botfsm.telegram.testing;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;

/** Sends answers when they are ready, on the server's few threads. */
final class Answers {
    private final ExecutorService threads;

    Answers(ExecutorService threads) {
        this.threads = threads;
    }

    /** What is done with an answer. */
    interface Sender<T> {
        void accept(T answer);
    }

    <T> void whenReady(CompletionStage<T> answer, Sender<T> sender) {
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

    void send(HttpExchange exchange, Answer answer) {
        if (answer.equals(Answer.DROPPED)) {
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
