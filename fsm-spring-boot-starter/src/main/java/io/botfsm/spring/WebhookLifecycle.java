package io.botfsm.spring;

import io.botfsm.Fsm;
import io.botfsm.isolation.EventIsolation;
import io.botfsm.lifecycle.BotRunner;
import io.botfsm.telegrambots.BotToken;
import io.botfsm.telegrambots.UpdateHandler;
import io.botfsm.telegrambots.WebhookHandler;
import io.botfsm.telegrambots.WebhookResponse;
import io.botfsm.timeout.TimeoutHandler;
import io.botfsm.timeout.TimeoutRunner;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Accepts updates, and fires timeouts, from when everything else has started until anything else stops. Before and
 * after that, Telegram is asked to deliver updates later. Each start creates a new webhook. Thread-safe.
 */
final class WebhookLifecycle implements SmartLifecycle, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(WebhookLifecycle.class.getPackageName());
    private static final WebhookResponse LATER = new WebhookResponse(503, Optional.of(Duration.ofSeconds(1)));

    private final WebhookHandler.Builder builder;
    private final BotToken token;
    private final Fsm fsm;
    private final UpdateHandler handler;
    private final Optional<TimeoutRunner.Builder> timeoutRunner;
    private final Duration limit;
    private final EventIsolation isolation;
    private final List<BotRunner.Bot> timeouts = new ArrayList<>();
    private volatile @Nullable WebhookHandler webhook;

    /**
     * Creates a webhook that has not started.
     *
     * @param timeoutRunner fires the timeouts of the handler, if it has any
     * @param limit how long running handlers and timeouts may take to end
     */
    WebhookLifecycle(
            WebhookHandler.Builder builder,
            BotToken token,
            Fsm fsm,
            UpdateHandler handler,
            Optional<TimeoutRunner.Builder> timeoutRunner,
            Duration limit,
            EventIsolation isolation) {
        this.builder = builder;
        this.token = token;
        this.fsm = fsm;
        this.handler = handler;
        this.timeoutRunner = timeoutRunner;
        this.limit = limit;
        this.isolation = isolation;
    }

    WebhookResponse handle(Function<? super String, @Nullable String> header, InputStream body) {
        WebhookHandler open = webhook;
        return open == null ? LATER : open.handle(header, body);
    }

    @Override
    public synchronized void start() {
        WebhookHandler built = builder.build(fsm, handler); // first: if it throws, nothing has been started
        timeoutRunner.ifPresent(runner -> timeouts.add(runner.start(fsm, (TimeoutHandler) handler)));
        webhook = built;
        LOG.info(
                "Bot {} receives updates through a webhook, {}",
                token.botId(),
                timeouts.isEmpty() ? "without timeouts" : "with timeouts");
    }

    @Override
    public synchronized void stop() {
        WebhookHandler open = webhook;
        if (open == null) {
            return;
        }
        List<BotRunner.Bot> all = new ArrayList<>(List.of(open));
        all.addAll(timeouts);
        all.forEach(bot -> attempt("stop", bot::stopPolling));
        all.forEach(bot -> attempt("drain", () -> bot.drain(limit.dividedBy(all.size()))));
        timeouts.clear();
        webhook = null;
    }

    private static void attempt(String step, AutoCloseable action) {
        try {
            action.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Exception e) {
            LOG.error("Step \"{}\" of the webhook's shutdown failed", step, e);
        }
    }

    @Override
    public boolean isRunning() {
        return webhook != null;
    }

    @Override
    public void close() {
        isolation.close();
    }
}
