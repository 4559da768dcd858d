package io.botfsm.redis;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Where a write must be stored before it counts as done: in the memory of replicas, on disk, or both. Redis executes
 * the write in any case, and confirms it afterwards ({@code WAIT}, {@code WAITAOF}). A write of a conversation that is
 * not confirmed in time fails with {@link io.botfsm.storage.UnconfirmedWriteException}; a write of an inbox fails with
 * a {@link io.botfsm.storage.StorageUnavailableException} that reports that the write may have been applied. Immutable.
 */
public final class Durability {
    private static final long ONE_DISK = 1;

    private final boolean onDisk;
    private final int replicas;
    private final Duration timeout;

    private Durability(boolean onDisk, int replicas, Duration timeout) {
        if (timeout.compareTo(Duration.ofMillis(1)) < 0) {
            throw new IllegalArgumentException("timeout of confirmations must be at least a millisecond: " + timeout);
        }
        this.onDisk = onDisk;
        this.replicas = replicas;
        this.timeout = timeout;
    }

    /**
     * Requires that the given number of replicas have the write in memory, so that one of them can replace its master
     * without loss.
     *
     * @param number at least 1
     * @param timeout how long to wait for them, at least a millisecond and shorter than the command timeout
     * @throws IllegalArgumentException if the number is below 1 or the timeout is below a millisecond. A timeout that
     *     is not shorter than the command timeout is refused when the storage is opened
     */
    public static Durability replicas(int number, Duration timeout) {
        requireNonNull(timeout, "timeout");
        return new Durability(false, positive(number), timeout);
    }

    /**
     * Requires that the server itself has the write on disk. Needs Redis 7.2 or newer, or Valkey, with
     * {@code appendonly yes}.
     *
     * @param timeout how long to wait, at least a millisecond and shorter than the command timeout
     * @throws IllegalArgumentException if the timeout is below a millisecond. A timeout that is not shorter than the
     *     command timeout is refused when the storage is opened
     */
    public static Durability onDisk(Duration timeout) {
        requireNonNull(timeout, "timeout");
        return new Durability(true, 0, timeout);
    }

    /**
     * Requires that the server and the given number of replicas have the write on disk. Needs Redis 7.2 or newer, or
     * Valkey, with {@code appendonly yes}.
     *
     * @param replicas at least 1
     * @param timeout how long to wait, at least a millisecond and shorter than the command timeout
     * @throws IllegalArgumentException if the number is below 1 or the timeout is below a millisecond. A timeout that
     *     is not shorter than the command timeout is refused when the storage is opened
     */
    public static Durability onDiskAndReplicas(int replicas, Duration timeout) {
        requireNonNull(timeout, "timeout");
        return new Durability(true, positive(replicas), timeout);
    }

    private static int positive(int replicas) {
        if (replicas < 1) {
            throw new IllegalArgumentException("number of replicas must be at least 1: " + replicas);
        }
        return replicas;
    }

    /** Returns how long a write waits for its confirmations. */
    public Duration timeout() {
        return timeout;
    }

    /** Returns the command that waits. */
    List<byte[]> command() {
        Stream<String> name = Stream.of(onDisk ? "WAITAOF" : "WAIT");
        Stream<String> numbers =
                Stream.concat(needed().stream(), Stream.of(timeout.toMillis())).map(String::valueOf);
        return Stream.concat(name, numbers).map(word -> word.getBytes(US_ASCII)).toList();
    }

    /** Returns the minimum values of the reply to the command. */
    private List<Long> needed() {
        return onDisk ? List.of(ONE_DISK, (long) replicas) : List.of((long) replicas);
    }

    /** Returns whether a reply to the command confirms the required durability. */
    boolean isConfirmedBy(List<?> reply) {
        List<Long> needed = needed();
        return reply.size() == needed.size()
                && IntStream.range(0, needed.size())
                        .allMatch(i -> reply.get(i) instanceof Long confirmed && confirmed >= needed.get(i));
    }

    /** Describes the required durability. */
    @Override
    public String toString() {
        String copies = replicas + (replicas == 1 ? " replica" : " replicas");
        String places = !onDisk ? copies : replicas == 0 ? "disk" : "disk and disk of " + copies;
        return places + " within " + timeout;
    }
}
