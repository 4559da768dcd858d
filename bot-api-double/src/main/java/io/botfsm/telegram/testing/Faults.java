package io.botfsm.telegram.testing;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The faults that are still to happen, in the order in which they were asked for. Thread-safe. */
final class Faults {
    /** Stands for every method. */
    static final String ANY = "*";

    private final List<Planned> planned = new ArrayList<>();

    synchronized void plan(String method, int times, Fault fault) {
        if (times < 1) {
            throw new IllegalArgumentException("a fault that happens " + times + " times");
        }
        planned.add(new Planned(method.toLowerCase(Locale.ROOT), fault, times));
    }

    synchronized Optional<Fault> next(String method) {
        for (Iterator<Planned> each = planned.iterator(); each.hasNext(); ) {
            Planned candidate = each.next();
            if (candidate.method.equals(ANY) || candidate.method.equals(method)) {
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
        final Fault fault;
        int left;

        Planned(String method, Fault fault, int left) {
            this.method = method;
            this.fault = fault;
            this.left = left;
        }
    }
}
