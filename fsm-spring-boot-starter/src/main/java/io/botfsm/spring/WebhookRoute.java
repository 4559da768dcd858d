package io.botfsm.spring;

import io.botfsm.telegrambots.WebhookResponse;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.RouterFunctions;
import org.springframework.web.servlet.function.ServerResponse;

/** Where Telegram delivers updates. */
final class WebhookRoute {
    private WebhookRoute() {}

    static RouterFunction<ServerResponse> of(String path, WebhookLifecycle webhook) {
        return RouterFunctions.route()
                .POST(path, request -> {
                    WebhookResponse answer = webhook.handle(
                            name -> request.headers().firstHeader(name),
                            request.servletRequest().getInputStream());
                    ServerResponse.BodyBuilder response = ServerResponse.status(answer.status());
                    answer.retryAfter().ifPresent(wait -> response.header("Retry-After", "" + wait.toSeconds()));
                    return response.build();
                })
                .build();
    }
}
