package io.botfsm.telegrambots;

import io.botfsm.ConversationRefusedException;
import io.botfsm.FsmException;
import io.botfsm.SpentTurnException;
import io.botfsm.TransitionRefusedException;
import io.botfsm.UnknownStateException;
import io.botfsm.UnreadableDataException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.telegram.telegrambots.meta.exceptions.TelegramApiRequestException;

/** What a failure alone says about its cause. */
enum FailureKind {
    /** It concerns this conversation, or is a fault of the handler. */
    OWN,
    /** What all conversations need may be unavailable, or only this one may meet it: see {@link OutageEvidence}. */
    AMBIGUOUS;

    private static final Logger LOG = LoggerFactory.getLogger(PollingSession.class);
    private static final int BAD_REQUEST = 400;
    private static final int FORBIDDEN = 403;

    /** @param outages the failures that the application declares as outages */
    static FailureKind of(Throwable failure, Predicate<? super Throwable> outages) {
        Throwable cause = unwrapped(failure);
        if (isOwn(cause)) {
            return OWN;
        }
        boolean ambiguous = cause instanceof FsmException
                || cause instanceof InterruptedException
                || isDeclared(cause, outages)
                || (cause != failure && isDeclared(failure, outages));
        return ambiguous ? AMBIGUOUS : OWN;
    }

    private static boolean isOwn(Throwable cause) {
        return cause instanceof UnknownStateException
                || cause instanceof UnreadableDataException
                || cause instanceof TransitionRefusedException
                || cause instanceof SpentTurnException
                || cause instanceof ConversationRefusedException
                || (cause instanceof TelegramApiRequestException answer && isOfChat(answer));
    }

    private static boolean isDeclared(Throwable failure, Predicate<? super Throwable> outages) {
        try {
            return outages.test(failure);
        } catch (RuntimeException e) { // which must not keep the update from being tried again
            LOG.error("The test for outages failed", e);
            return false;
        }
    }

    /** Such as a user who has blocked the bot, or a deleted chat. */
    private static boolean isOfChat(TelegramApiRequestException answer) {
        Integer code = answer.getErrorCode();
        return code != null && (code == BAD_REQUEST || code == FORBIDDEN);
    }

    /** What a stage failed with that a handler waited for. */
    static Throwable unwrapped(Throwable failure) {
        Throwable cause = failure;
        while ((cause instanceof CompletionException || cause instanceof ExecutionException)
                && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }
}
