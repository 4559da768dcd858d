package io.botfsm.redis;

import static io.botfsm.redis.StoredHash.TIME_BYTES;
import static io.botfsm.redis.StoredHash.VERSION_BYTES;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.botfsm.storage.ConversationRefusedException;
import io.botfsm.storage.EventSourceLimitException;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Outcome;
import io.botfsm.storage.Outcome.Applied;
import io.botfsm.storage.Outcome.Conflict;
import io.botfsm.storage.Outcome.Duplicate;
import io.botfsm.storage.Outcome.Fenced;
import io.botfsm.storage.StorageKey;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Reads the reply of {@code write.lua}. */
final class WriteReply {
    private static final int BEFORE = VERSION_BYTES;
    private static final int SINCE = BEFORE + VERSION_BYTES;
    private static final int STATE = SINCE + TIME_BYTES;
    private static final long CONFLICT = 1;
    private static final long DUPLICATE = 2;
    private static final long FENCED = 3;
    private static final long SOURCES = 4;
    private static final long FORMAT = 5;
    private static final long INDEX = 6;

    private WriteReply() {}

    /**
     * Returns the outcome of the write.
     *
     * @param written the time that the write was given
     * @param now when the reply is read, by the same clock
     * @throws EventSourceLimitException if the conversation already remembers events of too many other sources
     * @throws ConversationRefusedException if its index of deadlines is a key of another type
     * @throws StoredHash.FormatException if the record has another format
     * @throws RuntimeException if this is not a reply of the script
     */
    static Outcome outcome(StorageKey key, Mutation mutation, Instant written, Instant now, List<Object> reply) {
        if (reply.size() == 1) {
            return applied(mutation, written, (byte[]) reply.get(0));
        }
        long which = (Long) reply.get(0);
        if (which == CONFLICT) {
            return Conflict.of(StoredHash.snapshot((List<?>) reply.get(1), now));
        }
        if (which == DUPLICATE) {
            return Duplicate.of(StoredHash.snapshot((List<?>) reply.get(1), now));
        }
        if (which == FENCED) {
            return Fenced.of(Long.parseLong(new String((byte[]) reply.get(1), ISO_8859_1)));
        }
        if (which == SOURCES) {
            throw new EventSourceLimitException(
                    key, mutation.eventId().orElseThrow().source());
        }
        if (which == INDEX) {
            String index = new String((byte[]) reply.get(1), UTF_8);
            throw new ConversationRefusedException(
                    key,
                    "its index of deadlines, the key " + index + ", is of another type: delete that key, then rebuild"
                            + " it with DeadlineQueue.mend",
                    false,
                    null);
        }
        if (which == FORMAT) {
            StoredHash.requireFormat((Long) reply.get(1));
        }
        throw new IllegalArgumentException("not a reply of the script");
    }

    /** Reads the version, the previous version, the start of the previous state and, after a space, that state. */
    private static Applied applied(Mutation mutation, Instant written, byte[] reply) {
        long previousVersion = StoredHash.version(reply, BEFORE);
        Optional<Instant> previousSince =
                previousVersion == 0 ? Optional.empty() : Optional.of(StoredHash.time(reply, SINCE));
        Optional<String> previous = reply.length == STATE
                ? Optional.empty()
                : Optional.of(new String(reply, STATE + 1, reply.length - STATE - 1, UTF_8));
        Optional<String> state = mutation.changesState() ? mutation.state() : previous;
        return Applied.of(previous, state, previousVersion, StoredHash.version(reply, 0))
                .timed(previousSince, written);
    }
}
