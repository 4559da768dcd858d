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
 * The id of an event, which is the same when the source redelivers the event. Immutable and thread-safe.
 *
 * <p>A conversation remembers the ids of each source separately (spec rules 14 and 19). For {@linkplain #of(long)
 * counted} ids of the default source, it remembers which of the 256 numbers up to and including the highest were
 * applied; of all other ids, it remembers the last 64 that were applied.
 *
 * <p>Two event ids are equal if their source and id are equal. For a named source, a number equals its decimal text.
 * For the default source, a number does not equal the text of its digits, unless it is above {@link #MAX_COUNTED}.
 */
public final class EventId {
    /** The highest counted id: 2<sup>53</sup> − 1, the largest whole number that JSON and Lua keep exact. */
    public static final long MAX_COUNTED = (1L << 53) - 1;

    /** The length of a {@linkplain #fingerprint() fingerprint} in bytes. */
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
     * Returns an id that the messenger counts up, such as Telegram's update id. An id above {@link #MAX_COUNTED}, such
     * as a Discord snowflake, is not treated as counted but remembered as text.
     *
     * @throws IllegalArgumentException if it is negative
     */
    public static EventId of(long id) {
        if (id < 0) {
            throw new IllegalArgumentException("an event id must not be negative: " + id);
        }
        return id <= MAX_COUNTED ? new EventId(id) : new EventId(DEFAULT_SOURCE, Long.toString(id));
    }

    /**
     * Returns a text id, such as those of WhatsApp and Slack.
     *
     * @throws IllegalArgumentException if it is empty or holds an unpaired surrogate
     */
    public static EventId of(String id) {
        return new EventId(DEFAULT_SOURCE, requireId(id));
    }

    /**
     * Returns a numeric id of a source other than the messenger, such as a payment provider. The ids of each source are
     * remembered separately.
     *
     * @throws IllegalArgumentException if the source is not 1 to 64 ASCII letters, digits and {@code . _ -}
     */
    public static EventId of(String source, long id) {
        return new EventId(requireSource(source), Long.toString(id));
    }

    /**
     * Returns a text id of a source other than the messenger, such as a payment provider. The ids of each source are
     * remembered separately.
     *
     * @throws IllegalArgumentException if the source is not 1 to 64 ASCII letters, digits and {@code . _ -}; if the id
     *     is empty or holds an unpaired surrogate
     */
    public static EventId of(String source, String id) {
        return new EventId(requireSource(source), requireId(id));
    }

    static String requireSource(String source) {
        if (!SOURCE.matcher(requireNonNull(source, "source")).matches()) {
            throw new IllegalArgumentException("an event source must be 1 to 64 ASCII letters, digits and . _ -, not \""
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

    /** Returns the source; an empty text for the default source, the messenger. */
    public String source() {
        return source;
    }

    /** Returns the id as a counted number; empty if it is remembered by its fingerprint. */
    public OptionalLong counted() {
        return counted;
    }

    /**
     * Returns the fingerprint by which an id that is not counted is remembered: the first bytes of the SHA-256 hash of
     * the source, a zero byte and the id.
     */
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

    /** Returns the counted id, or source and fingerprint, since the text of an id may contain a user's phone number. */
    @Override
    public String toString() {
        return counted.isPresent() ? id : source + "#" + HexFormat.of().formatHex(fingerprint);
    }
}
