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
 * What a handler's failure alone says about its cause.
 *
 * @param causes the failure first, then what has caused it: handlers wrap what they cannot declare
 */
record HandlerFailure(List<Throwable> causes) {
    private static final Logger LOG = LoggerFactory.getLogger(HandlerFailure.class.getPackageName());

    /** Causes may form a circle. */
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

    /** The refusal of an executor, under an isolation. */
    Optional<HandlerRejectedException> rejected() {
        return causes(HandlerRejectedException.class).findFirst();
    }

    /** For operators: classes, and what this library and Telegram's codes say; nothing that a user has written. */
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

    /** How long nothing is to be sent to a chat: as Telegram, by 429, or a sender has it. */
    Optional<Duration> retryAfter() {
        return delayed()
                .map(SendDelayedException::retryAfter)
                .or(() -> causes(TelegramApiRequestException.class)
                        .flatMap(answer -> RetryAfter.of(answer).stream())
                        .findFirst())
                .map(RetryAfter::bounded);
    }

    /** Whether a sender has found, before anything was sent or stored, that the chat takes no message. */
    boolean isBeforeTurn() {
        return delayed().filter(SendDelayedException::isBeforeTurn).isPresent();
    }

    /** Whether only the pace of the bot's own messages is the reason, and nothing of Telegram's. */
    boolean isOwnPace() {
        return delayed().filter(delay -> !delay.isByTelegram()).isPresent();
    }

    private Optional<SendDelayedException> delayed() {
        return causes(SendDelayedException.class).findFirst();
    }

    /**
     * Whether it concerns this conversation only, or is a fault of the handler. If not, what all conversations need may
     * be unavailable, or only this one may meet it: see {@link OutageEvidence}. The outermost cause of which that is
     * known decides, unless any is an answer of Telegram's that concerns one chat; a failure without such a cause is
     * the handler's.
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

    /** Such as a user who has blocked the bot, or a deleted chat. */
    private static boolean isOfChat(Throwable cause) {
        if (!(cause instanceof TelegramApiRequestException answer)) {
            return false;
        }
        Integer code = answer.getErrorCode();
        return code != null && (code == BAD_REQUEST || code == FORBIDDEN);
    }
}
