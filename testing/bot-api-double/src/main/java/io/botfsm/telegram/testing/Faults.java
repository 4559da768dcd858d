package io.botfsm.telegram.testing;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The planned faults, in order. Thread-safe. */
final class Faults {
    /** Stands for every method. */
    static final String ANY = "*";

    private final List<Planned> planned = new ArrayList<>();

    /** @param chat the chat of the affected requests; empty for any */
    synchronized void plan(String method, Optional<String> chat, int times, Fault fault) {
        if (times < 1) {
            throw new IllegalArgumentException("a fault must happen at least once, not " + times + " times");
        }
        planned.add(new Planned(method.toLowerCase(Locale.ROOT), chat, fault, times));
    }

    synchronized Optional<Fault> next(String method, Optional<String> chat) {
        for (Iterator<Planned> each = planned.iterator(); each.hasNext(); ) {
            Planned candidate = each.next();
            if (candidate.isFor(method, chat)) {
                if (--candidate.left == 0) {
                    each.remove();
                }
                return Optional.of(candidate.fault);
            }
        }
        return Optional.empty();
    }

    synchronized void clear() {
        planned.clear();
    }

    private static final class Planned {
        final String method;
        final Optional<String> chat;
        final Fault fault;
        int left;

        Planned(String method, Optional<String> chat, Fault fault, int left) {
            this.method = method;
            this.chat = chat;
            this.fault = fault;
            this.left = left;
        }

        boolean isFor(String called, Optional<String> calledFor) {
            return (method.equals(ANY) || method.equals(called)) && (chat.isEmpty() || chat.equals(calledFor));
        }
    }
}
