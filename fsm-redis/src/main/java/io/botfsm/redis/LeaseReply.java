package io.botfsm.redis;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.botfsm.lock.store.Acquisition.Occupied;
import io.botfsm.lock.store.Claim;
import io.botfsm.lock.store.Renewal;
import io.botfsm.lock.store.Renewal.NotYours;
import io.botfsm.lock.store.Renewal.Renewed;
import io.botfsm.lock.store.StoredLease;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Reads the replies of the lease scripts. Throws for any other reply. */
final class LeaseReply {
    /** The reply of {@code PTTL} for a missing key. */
    private static final long ABSENT = -2;

    /** The number of digits of the time at which a fence was created. */
    private static final int SINCE_LENGTH = 16;

    private LeaseReply() {}

    /**
     * A lease that was granted.
     *
     * @param fenceAge how long ago its fence was created
     */
    record Grant(long token, Duration fenceAge) {}

    /** Returns the grant of {@code lease-acquire.lua}; empty if the lease is held. */
    static Optional<Grant> grant(List<Object> reply) {
        if (reply.size() != 1) {
            return Optional.empty();
        }
        String text = new String((byte[]) reply.get(0), ISO_8859_1);
        int space = text.indexOf(' ');
        int end = space + 1 + SINCE_LENGTH;
        long token = Long.parseLong(text.substring(0, space));
        long now = end < text.length() ? Long.parseLong(text.substring(end + 1)) : token;
        return Optional.of(new Grant(token, age(text.substring(space + 1, end), now)));
    }

    /** Returns zero for a fence without a time, or with a future one because the server's clock was set back. */
    private static Duration age(String since, long now) {
        try {
            return Duration.of(Math.max(0, now - Long.parseLong(since)), ChronoUnit.MICROS);
        } catch (NumberFormatException e) {
            return Duration.ZERO;
        }
    }

    /** Returns who holds the lease, from the reply of {@code lease-acquire.lua}. */
    static Occupied occupied(List<Object> reply) {
        return new Occupied(claim(reply.get(0)), remaining((Long) reply.get(1)));
    }

    static Renewal renewal(List<Object> reply) {
        return reply.size() == 1 ? new Renewed() : new NotYours(stored(reply));
    }

    static StoredLease stored(List<Object> reply) {
        long pttl = (Long) reply.get(1);
        return new StoredLease(
                pttl == ABSENT ? Optional.empty() : Optional.of(claim(reply.get(0))), remaining(pttl), fence((byte[])
                        reply.get(2)));
    }

    private static Claim claim(Object text) {
        return Claim.parse(new String((byte[]) text, UTF_8));
    }

    /** Returns the remaining time to live; empty if the key has none or does not exist. */
    private static Optional<Duration> remaining(long pttl) {
        return pttl < 0 ? Optional.empty() : Optional.of(Duration.ofMillis(pttl));
    }

    /** Returns the token, which is the first of the two numbers in a fence. */
    private static OptionalLong fence(byte[] text) {
        try {
            return OptionalLong.of(Long.parseLong(new String(text, ISO_8859_1).split(" ", 2)[0]));
        } catch (NumberFormatException e) { // there is no fence, or it is not one of this library
            return OptionalLong.empty();
        }
    }

    static boolean isDone(List<Object> reply) {
        return (Long) reply.get(0) == 1;
    }
}
