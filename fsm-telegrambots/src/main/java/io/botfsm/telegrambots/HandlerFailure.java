package io.botfsm.telegrambots;

import io.botfsm.TurnClosedException;
import io.botfsm.isolation.HandlerRejectedException;
import io.botfsm.json.UnreadableDataException;
import io.botfsm.storage.ConversationRefusedException;
import io.botfsm.storage.FencedException;
import io.botfsm.storage.FsmException;
import io.botfsm.storage.UnknownStateException;
import io.botfsm.transition.TransitionRefusedException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.telegram.telegrambots.meta.exceptions.TelegramApiRequestException;

/**
 * What the failure of a handler says about its cause, regardless of other conversations.
 *
 * @param causes the failure, followed by its causes: handlers wrap exceptions that they cannot declare
 */
record HandlerFailure(List<Throwable> causes) {
    private static final Logger LOG = LoggerFactory.getLogger(HandlerFailure.class.getPackageName());

    /** Limits the causes, which may form a cycle. */
    private static final int MOST_CAUSES = 20;

    private static final int BAD_REQUEST = 400;
    private static final int FORBIDDEN = 403;

    static HandlerFailure of(Throwable failure) {
        return new HandlerFailure(Stream.iterate(failure, Objects::nonNull, Throwable::getCause)
                .limit(MOST_CAUSES)
                .toList());
    }

    private <T extends Throwable> Stream<T> causes(Class<T> type) {
        return causes.stream().filter(type::isInstance).map(type::cast);
    }

    /** The refusal of a write by a newer instance's fencing token. */
    Optional<FencedException> fenced() {
        return causes(FencedException.class).findFirst();
    }

    /** The rejection by the executor of an isolation. */
    Optional<HandlerRejectedException> rejected() {
        return causes(HandlerRejectedException.class).findFirst();
    }

    /**
     * A summary for operators: exception classes, messages of this library and Telegram's error codes; nothing that a
     * user has written.
     */
    String summary() {
        return causes.stream().map(HandlerFailure::summary).collect(Collectors.joining(", caused by "));
    }

    private static String summary(Throwable cause) {
        String type = cause.getClass().getName();
        if (cause instanceof FsmException) {
            return type + ": " + cause.getMessage();
        }
        return cause instanceof TelegramApiRequestException answer ? type + ": " + answer.getErrorCode() : type;
    }

    /** How long nothing may be sent to a chat, as stated by a 429 or by a sender. */
    Optional<Duration> retryAfter() {
        return delayed()
                .map(SendDelayedException::retryAfter)
                .or(() -> causes(TelegramApiRequestException.class)
                        .flatMap(answer -> RetryAfter.of(answer).stream())
                        .findFirst())
                .map(RetryAfter::bounded);
    }

    /** Whether a sender found, before anything was sent or stored, that nothing may be sent to the chat. */
    boolean isBeforeTurn() {
        return delayed().filter(SendDelayedException::isBeforeTurn).isPresent();
    }

    /** Whether the bot's own rate limit is the only reason, not a 429. */
    boolean isOwnPace() {
        return delayed().filter(delay -> !delay.isByTelegram()).isPresent();
    }

    private Optional<SendDelayedException> delayed() {
        return causes(SendDelayedException.class).findFirst();
    }

    /**
     * Whether the failure concerns this conversation only, or is a fault of the handler. Otherwise, it may be an outage
     * or may affect only this conversation: see {@link OutageEvidence}. The outermost cause that can be classified
     * decides, but if any cause is a response of Telegram that concerns one chat, the failure is the conversation's
     * own. A failure without any such cause is a fault of the handler.
     *
     * @param outages the failures that the application declares as outages
     */
    boolean isOwn(Predicate<? super Throwable> outages) {
        if (causes.stream().anyMatch(HandlerFailure::isOfChat)) {
            return true;
        }
        for (Throwable cause : causes) {
            if (isOwn(cause)) {
                return true;
            }
            if (cause instanceof FsmException || cause instanceof InterruptedException || isDeclared(cause, outages)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isOwn(Throwable cause) {
        return cause instanceof UnknownStateException
                || cause instanceof UnreadableDataException
                || cause instanceof TransitionRefusedException
                || cause instanceof TurnClosedException
                || cause instanceof ConversationRefusedException;
    }

    private static boolean isDeclared(Throwable failure, Predicate<? super Throwable> outages) {
        try {
            return outages.test(failure);
        } catch (RuntimeException e) { // which must not keep the update from being tried again
            LOG.error("isOutage(…) of the handler failed; the failure is not treated as an outage", e);
            return false;
        }
    }

    /**
     * Whether the cause is a response of Telegram that concerns one chat, such as a deleted chat or a user who has
     * blocked the bot.
     */
    private static boolean isOfChat(Throwable cause) {
        if (!(cause instanceof TelegramApiRequestException answer)) {
            return false;
        }
        Integer code = answer.getErrorCode();
        return code != null && (code == BAD_REQUEST || code == FORBIDDEN);
    }
}
