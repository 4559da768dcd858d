package io.botfsm.telegrambots;

import io.botfsm.TurnClosedException;
import io.botfsm.json.UnreadableDataException;
import io.botfsm.storage.ConversationRefusedException;
import io.botfsm.storage.FsmException;
import io.botfsm.storage.UnknownStateException;
import io.botfsm.transition.TransitionRefusedException;
import java.util.List;
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

    /**
     * The kind of the outermost cause of which it is known, unless any is an answer of Telegram's that concerns one chat; a
     * fault of the handler, if there is none.
     *
     * @param outages the failures that the application declares as outages
     */
    static FailureKind of(Throwable failure, Predicate<? super Throwable> outages) {
        List<Throwable> causes = Causes.of(failure);
        if (causes.stream().anyMatch(FailureKind::isOfChat)) {
            return OWN;
        }
        for (Throwable cause : causes) {
            if (isOwn(cause)) {
                return OWN;
            }
            if (cause instanceof FsmException || cause instanceof InterruptedException || isDeclared(cause, outages)) {
                return AMBIGUOUS;
            }
        }
        return OWN;
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
            LOG.error("The test for outages failed", e);
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
