package io.botfsm.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import io.botfsm.internal.text.Text;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/**
 * The id by which a source of events would deliver an event again. Immutable and thread-safe.
 *
 * <p>A conversation remembers the ids of each source apart (spec rules 14 and 19): of the {@linkplain #of(long)
 * counted} ids of the default source those among the 256 up to the highest, of anything else the last 64 applied.
 *
 * <p>Two are equal if source and id are: a number of a named source is its decimal text. A number of the default source
 * is not equal to the text of its digits, unless it is above {@link #MAX_COUNTED}.
 */
public final class EventId {
    /** The highest counted id: 2<sup>53</sup> − 1, the largest whole number that JSON and Lua keep exact. */
    public static final long MAX_COUNTED = (1L << 53) - 1;

    /** How many bytes a {@linkplain #fingerprint() fingerprint} has. */
    public static final int FINGERPRINT_BYTES = 6;

    private static final Pattern SOURCE = Pattern.compile("[A-Za-z0-9._-]{1,64}");
    private static final String DEFAULT_SOURCE = "";
    private static final byte[] NONE = {};

    private final String source;
    private final String id;
    private final OptionalLong counted;
    private final byte[] fingerprint;

    private EventId(long counted) {
        this.source = DEFAULT_SOURCE;
        this.id = Long.toString(counted);
        this.counted = OptionalLong.of(counted);
        this.fingerprint = NONE;
    }

    private EventId(String source, String id) {
        this.source = source;
        this.id = id;
        this.counted = OptionalLong.empty();
        this.fingerprint = fingerprint(source, id);
    }

    /**
     * An id that a messenger counts up, such as Telegram's update id. One above {@link #MAX_COUNTED}, such as a
     * snowflake of Discord's, is not counted, but remembered as a text.
     *
     * @throws IllegalArgumentException if it is negative
     */
    public static EventId of(long id) {
        if (id < 0) {
            throw new IllegalArgumentException("an event id is never negative: " + id);
        }
        return id <= MAX_COUNTED ? new EventId(id) : new EventId(DEFAULT_SOURCE, Long.toString(id));
    }

    /**
     * An id that is a text, such as those of WhatsApp and Slack.
     *
     * @throws IllegalArgumentException if it is empty or holds an unpaired surrogate
     */
    public static EventId of(String id) {
        return new EventId(DEFAULT_SOURCE, requireId(id));
    }

    /**
     * A number of another source than the messenger, such as a payment provider, whose ids are remembered apart.
     *
     * @throws IllegalArgumentException if the source is not 1 to 64 ASCII letters, digits and {@code . _ -}
     */
    public static EventId of(String source, long id) {
        return new EventId(requireSource(source), Long.toString(id));
    }

    /**
     * A text of another source than the messenger, such as a payment provider, whose ids are remembered apart.
     *
     * @throws IllegalArgumentException if the source is not 1 to 64 ASCII letters, digits and {@code . _ -}; if the id
     *     is empty or holds an unpaired surrogate
     */
    public static EventId of(String source, String id) {
        return new EventId(requireSource(source), requireId(id));
    }

    static String requireSource(String source) {
        if (!SOURCE.matcher(requireNonNull(source, "source")).matches()) {
            throw new IllegalArgumentException("a source of events is 1 to 64 ASCII letters, digits and . _ -, not \""
                    + Text.printable(source) + "\"");
        }
        return source;
    }

    private static String requireId(String id) {
        if (Text.unpairedSurrogate(requireNonNull(id, "event id"), 0) >= 0) {
            throw new IllegalArgumentException("the event id holds an unpaired surrogate");
        }
        if (id.isEmpty()) {
            throw new IllegalArgumentException(
                    "the event id is empty; use handle(key, handler) for events without one");
        }
        return id;
    }

    private static byte[] fingerprint(String source, String id) {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            sha.update(source.getBytes(UTF_8));
            sha.update((byte) 0);
            return Arrays.copyOf(sha.digest(id.getBytes(UTF_8)), FINGERPRINT_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** The source; empty for the default one, the messenger. */
    public String source() {
        return source;
    }

    /** The id as a number that is counted up; empty if it is remembered by its fingerprint. */
    public OptionalLong counted() {
        return counted;
    }

    /** By what an id that is not counted is remembered: the first bytes of SHA-256 over source, a zero and the id. */
    public byte[] fingerprint() {
        return fingerprint.clone();
    }

    @Override
    public boolean equals(Object that) {
        return that instanceof EventId e && source.equals(e.source) && id.equals(e.id) && counted.equals(e.counted);
    }

    @Override
    public int hashCode() {
        return Objects.hash(source, id, counted);
    }

    /** A counted id, or source and fingerprint: a messenger's text may hold a user's telephone number. */
    @Override
    public String toString() {
        return counted.isPresent() ? id : source + "#" + HexFormat.of().formatHex(fingerprint);
    }
}
