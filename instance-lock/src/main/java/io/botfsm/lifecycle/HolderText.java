package io.botfsm.lifecycle;

import io.botfsm.lock.internal.text.UnicodeText;
import io.botfsm.lock.store.LockHolder;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/** Formats the holder of a lock for logs. */
final class HolderText {
    private HolderText() {}

    static String of(LockHolder holder) {
        return who(holder) + since(holder.started()) + lease(holder);
    }

    private static String who(LockHolder holder) {
        return holder.pid() == 0
                ? UnicodeText.field(holder.ownerId())
                : String.format(Locale.ROOT, "process %d on %s", holder.pid(), UnicodeText.field(holder.host()));
    }

    private static String since(Instant started) {
        return started.equals(Instant.EPOCH) ? "" : ", started " + started.truncatedTo(ChronoUnit.SECONDS);
    }

    private static String lease(LockHolder holder) {
        return holder.remaining().equals(LockHolder.FOREVER)
                ? ", with a lease that does not expire"
                : String.format(
                        Locale.ROOT,
                        ", with a lease that ends in %d s unless renewed",
                        holder.remaining().toSeconds());
    }
}
