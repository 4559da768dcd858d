package io.botfsm.redis.aiogram;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.botfsm.redis.aiogram.PythonJson.JsonMember;
import io.botfsm.redis.internal.Script;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Snapshot;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One conversation as aiogram keeps it: two texts, each in a key of its own, either of which may be missing. Immutable.
 */
final class AiogramTexts {
    private static final String NOTHING = "-";
    private static final int STAMP_DIGITS = 13;

    private final Optional<String> state;
    private final Optional<String> data;
    private final String stamp;

    /** @param data one JSON object */
    AiogramTexts(Optional<String> state, Optional<String> data) {
        this.state = state;
        this.data = data;
        this.stamp = stamp(state, data);
    }

    /**
     * Reads the reply of {@code aiogram-read.lua}.
     *
     * @throws RuntimeException if it is not such a reply, or a text is not UTF-8
     */
    static AiogramTexts of(List<Object> reply) {
        return new AiogramTexts(text((byte[]) reply.get(0)), text((byte[]) reply.get(1)));
    }

    private static Optional<String> text(byte[] encoded) {
        if (encoded[0] == '-') {
            return Optional.empty();
        }
        try {
            return Optional.of(UTF_8.newDecoder()
                    .decode(ByteBuffer.wrap(encoded, 1, encoded.length - 1))
                    .toString());
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("not UTF-8", e);
        }
    }

    Optional<String> state() {
        return state;
    }

    Optional<String> data() {
        return data;
    }

    /** Returns a stamp that distinguishes these texts from any others, as {@code aiogram-write.lua} computes it. */
    String stamp() {
        return stamp;
    }

    private static String stamp(Optional<String> state, Optional<String> data) {
        if (state.isEmpty() && data.isEmpty()) {
            return NOTHING;
        }
        byte[] first = state.orElse("").getBytes(UTF_8);
        byte[] second = data.orElse("").getBytes(UTF_8);
        return Script.sha1(
                        (state.isPresent() ? "=" + first.length + ":" : NOTHING).getBytes(UTF_8),
                        first,
                        (data.isPresent() ? "=" : NOTHING).getBytes(UTF_8),
                        second)
                .substring(0, STAMP_DIGITS);
    }

    /** The stamp as a number; 0 if there is neither state nor data. */
    long version() {
        return stamp.equals(NOTHING) ? 0 : Math.max(1, Long.parseLong(stamp, 16));
    }

    /**
     * Returns the conversation as a reader sees it.
     *
     * @throws IllegalArgumentException if the data are not an object
     */
    Snapshot snapshot() {
        Map<String, String> entries = new LinkedHashMap<>();
        members().forEach((name, member) -> entries.put(name, member.value()));
        return Snapshot.builder().state(state).data(entries).version(version()).build();
    }

    private Map<String, JsonMember> members() {
        return data.map(PythonJson::members).orElseGet(Map::of);
    }

    /**
     * Returns the texts after a write. An entry that the mutation does not name keeps its exact characters.
     *
     * @param puts the entries that the mutation puts, in Python's format
     * @throws IllegalArgumentException if the data have to be read and are not an object
     */
    AiogramTexts with(Mutation mutation, Map<String, JsonMember> puts) {
        Optional<String> nextState = mutation.changesState() ? mutation.state() : state;
        if (mutation.replacesData()) {
            return new AiogramTexts(nextState, written(puts));
        }
        if (puts.isEmpty() && mutation.removals().isEmpty()) {
            return new AiogramTexts(nextState, data);
        }
        Map<String, JsonMember> before = members();
        Map<String, JsonMember> members = new LinkedHashMap<>(before);
        members.keySet().removeAll(mutation.removals());
        members.putAll(puts);
        return new AiogramTexts(nextState, members.equals(before) ? data : written(members));
    }

    /** Data without entries are not stored. */
    private static Optional<String> written(Map<String, JsonMember> members) {
        return members.isEmpty() ? Optional.empty() : Optional.of(PythonJson.object(members.values()));
    }

    /** Never contains the texts. */
    @Override
    public String toString() {
        return "AiogramTexts[" + stamp + "]";
    }
}
