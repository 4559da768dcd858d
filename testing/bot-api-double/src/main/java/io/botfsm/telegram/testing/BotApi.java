package io.botfsm.telegram.testing;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The Bot API by HTTP: {@code /bot<token>/<method>}, with faults. */
final class BotApi implements HttpHandler {
    private static final String PREFIX = "/bot";
    private static final Answer UNAUTHORIZED = Answer.error(401, "Unauthorized");
    private static final Answer NOT_FOUND = Answer.error(404, "Not Found");

    private final String token;
    private final BotMethods methods;
    private final Faults faults;
    private final Journal journal;
    private final Timer timer;
    private final Answers answers;
    private final FrontDoor door;

    BotApi(
            String token,
            BotMethods methods,
            Faults faults,
            Journal journal,
            Timer timer,
            Answers answers,
            FrontDoor door) {
        this.token = token;
        this.methods = methods;
        this.faults = faults;
        this.journal = journal;
        this.timer = timer;
        this.answers = answers;
        this.door = door;
    }

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        Caller caller = Caller.of(exchange, door);
        String path = exchange.getRequestURI().getPath();
        int slash = path.indexOf('/', 1);
        if (slash < 0) {
            answers.send(exchange, NOT_FOUND);
            return;
        }
        String method = path.substring(slash + 1);
        Parameters parameters;
        try {
            parameters = Parameters.of(exchange);
        } catch (Refusal e) {
            answers.send(exchange, e.answer());
            return;
        }
        boolean known = path.substring(PREFIX.length(), slash).equals(token);
        CompletionStage<Answer> answer = known
                ? faulty(method.toLowerCase(Locale.ROOT), parameters, caller)
                : CompletableFuture.completedStage(UNAUTHORIZED);
        answers.whenReady(answer, result -> {
            journal.record(method, parameters, caller, result.status());
            answers.send(exchange, result);
        });
    }

    private CompletionStage<Answer> faulty(String method, Parameters parameters, Caller caller) {
        Fault fault = faults.next(method, parameters.text("chat_id")).orElse(null);
        if (fault instanceof Fault.Refused refused) {
            return CompletableFuture.completedStage(
                    Answer.error(refused.status(), refused.description(), refused.retryAfter()));
        } else if (fault instanceof Fault.Dropped dropped && !dropped.executed()) {
            return CompletableFuture.completedStage(Answer.DROPPED);
        } else if (fault instanceof Fault.Dropped) {
            return execute(method, parameters, caller).thenApply(lost -> Answer.DROPPED);
        } else if (fault instanceof Fault.Delayed delayed) {
            CompletableFuture<Void> pause = new CompletableFuture<>();
            timer.after(delayed.pause(), () -> pause.complete(null));
            return pause.thenCompose(over -> execute(method, parameters, caller));
        }
        return execute(method, parameters, caller);
    }

    private CompletionStage<Answer> execute(String method, Parameters parameters, Caller caller) {
        try {
            return methods.call(method, parameters, caller);
        } catch (Refusal e) {
            return CompletableFuture.completedStage(e.answer());
        } catch (RuntimeException e) { // a fault of the double itself, which a test should see as one
            return CompletableFuture.completedStage(Answer.error(500, "Internal Server Error: " + e));
        }
    }
}
