package io.botfsm.spring;

import io.botfsm.flow.Flow;
import io.botfsm.telegrambots.ReplyFormat;
import io.botfsm.telegrambots.TelegramRunner;
import io.botfsm.telegrambots.TelegramSender;
import io.botfsm.telegrambots.UpdateHandler;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * What answers updates: the application's handler or its flows.
 *
 * @param polling sets it on the runner of a bot that polls
 * @param handler creates its handler for a webhook
 * @param flow all flows joined into one; empty if the application's handler answers
 */
record Answerer(
        UnaryOperator<TelegramRunner> polling,
        Function<TelegramSender, UpdateHandler> handler,
        Optional<Flow<?, ?>> flow) {
    /** Creates an answerer of flows. The caller has checked their types, as far as these can be known. */
    @SuppressWarnings({"unchecked", "rawtypes"})
    static Answerer of(List<Flow<?, ?>> flows, UpdateReader<?> reader, ReplyFormat<?> format) {
        Flow<Object, Object> joined = Flow.join(flows.toArray(new Flow[0]));
        UpdateReader<Object> in = (UpdateReader<Object>) reader;
        ReplyFormat<Object> out = (ReplyFormat<Object>) format;
        return new Answerer(
                runner -> runner.flow(joined, in, out),
                sender -> UpdateHandler.of(joined, in, out, sender),
                Optional.of(joined));
    }

    TelegramRunner answer(TelegramRunner runner) {
        return polling.apply(runner);
    }

    UpdateHandler handler(TelegramSender sender) {
        return handler.apply(sender);
    }

    boolean hasTimeouts() {
        return flow.map(Flow::hasTimeouts).orElse(false);
    }
}
