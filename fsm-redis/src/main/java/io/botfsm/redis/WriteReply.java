package io.botfsm.redis;

import static io.botfsm.redis.StoredHash.VERSION_BYTES;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.botfsm.storage.EventSourceLimitException;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Outcome;
import io.botfsm.storage.Outcome.Applied;
import io.botfsm.storage.Outcome.Conflict;
import io.botfsm.storage.Outcome.Duplicate;
import io.botfsm.storage.Outcome.Fenced;
import io.botfsm.storage.StorageKey;
import java.util.List;
import java.util.Optional;

/** Reads the reply of {@code write.lua}. */
final class WriteReply {
    private static final int VERSIONS = 2 * VERSION_BYTES;
    private static final long CONFLICT = 1;
    private static final long DUPLICATE = 2;
    private static final long FENCED = 3;
    private static final long SOURCES = 4;

    private WriteReply() {}

    /**
     * What became of the write.
     *
     * @throws EventSourceLimitException if the event is of one source too many
     * @throws RuntimeException if this is not a reply of the script
     */
    static Outcome outcome(StorageKey key, Mutation mutation, List<Object> reply) {
        if (reply.size() == 1) {
            return applied(mutation, (byte[]) reply.get(0));
        }
        long which = (Long) reply.get(0);
        if (which == CONFLICT) {
            return Conflict.of(StoredHash.snapshot((List<?>) reply.get(1)));
        }
        if (which == DUPLICATE) {
            return Duplicate.of(StoredHash.snapshot((List<?>) reply.get(1)));
        }
        if (which == FENCED) {
            return Fenced.of(Long.parseLong(new String((byte[]) reply.get(1), ISO_8859_1)));
        }
        if (which == SOURCES) {
            throw new EventSourceLimitException(key, mutation.eventId().orElseThrow().source());
        }
        throw new IllegalArgumentException("not a reply of the script");
    }

    /** Version, previous version and, after a space, the previous state if there was one. */
    private static Applied applied(Mutation mutation, byte[] reply) {
        long version = StoredHash.version(reply, 0);
        long previousVersion = StoredHash.version(reply, VERSION_BYTES);
        Optional<String> previous = reply.length == VERSIONS
                ? Optional.empty()
                : Optional.of(new String(reply, VERSIONS + 1, reply.length - VERSIONS - 1, UTF_8));
        Optional<String> state = mutation.changesState() ? mutation.state() : previous;
        return Applied.of(previous, state, previousVersion, version);
    }
}
