package io.botfsm.telegrambots;

import java.util.ArrayList;
import java.util.List;

/** A failure and what has caused it: handlers wrap what they cannot declare. */
final class Causes {
    /** Causes may form a circle. */
    private static final int MOST = 20;

    private Causes() {}

    /** The failure first. */
    static List<Throwable> of(Throwable failure) {
        List<Throwable> causes = new ArrayList<>();
        for (Throwable cause = failure; cause != null && causes.size() < MOST; cause = cause.getCause()) {
            causes.add(cause);
        }
        return causes;
    }
}
