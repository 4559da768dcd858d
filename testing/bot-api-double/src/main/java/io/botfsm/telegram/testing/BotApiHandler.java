package io.botfsm.telegram.testing;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Serves the Bot API over HTTP, {@code /bot<token>/<method>}, with faults. */
final class BotApiHandler implements HttpHandler {
    private static final String PREFIX = "/bot";
    private static final BotApiResponse UNAUTHORIZED = BotApiResponse.error(401, "Unauthorized");
    private static final BotApiResponse NOT_FOUND = BotApiResponse.error(404, "Not Found");

    private final String token;
    private final BotMethods methods;
    private final Faults faults;
    private final RequestLog requests;
    private final DelayedTasks timer;
    private final ResponseSender answers;
    private final ClientProxy proxy;

    BotApiHandler(
            String token,
            BotMethods methods,
            Faults faults,
            RequestLog requests,
            DelayedTasks timer,
            ResponseSender answers,
            ClientProxy proxy) {
        this.token = token;
        this.methods = methods;
        this.faults = faults;
        this.requests = requests;
        this.timer = timer;
        this.answers = answers;
        this.proxy = proxy;
    }

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        Caller caller = Caller.of(exchange, proxy);
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
        } catch (RequestRefusedException e) {
            answers.send(exchange, e.answer());
            return;
        }
        boolean known = path.substring(PREFIX.length(), slash).equals(token);
        CompletionStage<BotApiResponse> answer = known
                ? faulty(method.toLowerCase(Locale.ROOT), parameters, caller)
                : CompletableFuture.completedStage(UNAUTHORIZED);
        answers.whenReady(answer, result -> {
            requests.record(method, parameters, caller, result.status());
            answers.send(exchange, result);
        });
    }

    private CompletionStage<BotApiResponse> faulty(String method, Parameters parameters, Caller caller) {
        Fault fault = faults.next(method, parameters.text("chat_id")).orElse(null);
        if (fault instanceof Fault.Refused refused) {
            return CompletableFuture.completedStage(
                    BotApiResponse.error(refused.status(), refused.description(), refused.retryAfter()));
        } else if (fault instanceof Fault.Dropped dropped && !dropped.executed()) {
            return CompletableFuture.completedStage(BotApiResponse.DROPPED);
        } else if (fault instanceof Fault.Dropped) {
            return execute(method, parameters, caller).thenApply(lost -> BotApiResponse.DROPPED);
        } else if (fault instanceof Fault.Delayed delayed) {
            CompletableFuture<Void> pause = new CompletableFuture<>();
            timer.after(delayed.pause(), () -> pause.complete(null));
            return pause.thenCompose(over -> execute(method, parameters, caller));
        }
        return execute(method, parameters, caller);
    }

    private CompletionStage<BotApiResponse> execute(String method, Parameters parameters, Caller caller) {
        try {
            return methods.call(method, parameters, caller);
        } catch (RequestRefusedException e) {
            return CompletableFuture.completedStage(e.answer());
        } catch (RuntimeException e) { // a fault of the double itself, which a test should see as one
            return CompletableFuture.completedStage(BotApiResponse.error(500, "Internal Server Error: " + e));
        }
    }
}
