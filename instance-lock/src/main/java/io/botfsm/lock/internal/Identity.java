package io.botfsm.lock.internal;

import io.botfsm.lock.store.Claim;
import io.botfsm.lock.store.LockHolder;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * The identity of a lock object in the claims that it makes: a token {@code owner-random}, and the holder {@code host
 * pid started}, followed by {@code space tick} of the {@link LocalProcess} if that can be determined. The random part
 * is generated, and the process read ({@linkplain CurrentProcess at most once a second}), when a claim is made, since
 * an image of this process may have been copied, or moved to another machine, since it started. Copies share the owner,
 * but not the claims that they make. Thread-safe.
 */
public final class Identity {
    private static final String NUMBER = "\\d{1,18}";
    private static final String MILLIS = "\\d{1,15}";
    private static final CurrentProcess CURRENT_PROCESS = new CurrentProcess();

    /** Kept open as long as the JVM runs, and unbuffered, since a buffer would be copied with the process. */
    private static final Optional<InputStream> SYSTEM_RANDOMNESS = openSystemRandomness();

    private static final int RANDOM_BYTES = 2 * Long.BYTES;

    private final String ownerId;
    private final String host;
    private final long pid;
    private final Instant started;
    private final String description;
    private final Supplier<Optional<LocalProcess>> process;
    private final Supplier<String> randomness;

    /**
     * Creates an identity.
     *
     * @param process returns the identity of the current process
     * @param randomness generates the unique part of a token; without {@code -}
     */
    Identity(
            String ownerId,
            String host,
            long pid,
            Instant started,
            Supplier<Optional<LocalProcess>> process,
            Supplier<String> randomness) {
        this.ownerId = ownerId;
        this.host = host.replaceAll("\\s", "-");
        this.pid = pid;
        this.started = Instant.ofEpochMilli(Math.max(0, started.toEpochMilli()));
        this.description = this.host + ' ' + pid + ' ' + this.started.toEpochMilli();
        this.process = process;
        this.randomness = randomness;
    }

    /**
     * Creates an identity for this process.
     *
     * @param recognizable whether others on this machine can determine from a claim whether its process is still
     *     running
     */
    public static Identity ofThisProcess(boolean recognizable) {
        ProcessHandle process = ProcessHandle.current();
        Instant started = process.info().startInstant().orElseGet(Instant::now);
        return new Identity(
                UUID.randomUUID().toString(),
                hostName(),
                process.pid(),
                started,
                recognizable ? CURRENT_PROCESS::get : Optional::empty,
                Identity::newRandomPart);
    }

    /**
     * Generates the unique part of a token. It includes both clocks, since copies of a machine may draw the same
     * randomness for a while.
     */
    private static String newRandomPart() {
        ByteBuffer random = ByteBuffer.wrap(systemRandomness());
        HexFormat hex = HexFormat.of();
        return hex.toHexDigits(random.getLong() ^ System.currentTimeMillis())
                + hex.toHexDigits(random.getLong() ^ System.nanoTime());
    }

    /** Reads randomness from the operating system, since a generator in this process would be copied with its image. */
    private static byte[] systemRandomness() {
        byte[] random = new byte[RANDOM_BYTES];
        try {
            if (SYSTEM_RANDOMNESS.isPresent() && SYSTEM_RANDOMNESS.get().read(random) == RANDOM_BYTES) {
                return random;
            }
        } catch (IOException e) { // fall back to the JDK's source of seeds
        }
        return new SecureRandom().generateSeed(RANDOM_BYTES);
    }

    private static Optional<InputStream> openSystemRandomness() {
        try {
            return Optional.of(new FileInputStream("/dev/urandom"));
        } catch (IOException e) { // no such device on Windows
            return Optional.empty();
        }
    }

    private static String hostName() {
        return environment("HOSTNAME").or(() -> environment("COMPUTERNAME")).orElseGet(Identity::resolvedHostName);
    }

    private static Optional<String> environment(String name) {
        return Optional.ofNullable(System.getenv(name)).filter(value -> !value.isBlank());
    }

    private static String resolvedHostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "unknown-host";
        }
    }

    /** Creates a unique claim. */
    Claim newClaim() {
        String recognizable = process.get()
                .map(known -> ' ' + known.space() + ' ' + known.started())
                .orElse("");
        return new Claim(ownerId + '-' + randomness.get(), description + recognizable);
    }

    /** Returns whether the claim was made by a process of this machine that is certainly no longer running. */
    boolean isKnownDead(Claim claim) {
        return processOfThisHost(claim)
                .flatMap(maker -> process.get().map(self -> self.isKnownDead(maker)))
                .orElse(false);
    }

    private Optional<LocalProcess> processOfThisHost(Claim claim) {
        String[] parts = claim.holder().split(" ", -1);
        boolean known =
                parts.length == 5 && parts[0].equals(host) && parts[1].matches(NUMBER) && parts[4].matches(NUMBER);
        return known
                ? Optional.of(new LocalProcess(parts[3], Long.parseLong(parts[1]), Long.parseLong(parts[4])))
                : Optional.empty();
    }

    /** Returns this lock object as others see it. */
    public LockHolder self(Duration remaining) {
        return new LockHolder(ownerId, host, pid, started, remaining);
    }

    /** Returns the holder that a claim names. If the claim has another format, its whole text is the owner id. */
    public static LockHolder holder(Claim claim, Optional<Duration> remaining) {
        Duration left = remaining.orElse(LockHolder.FOREVER);
        String[] parts = claim.holder().split(" ", -1);
        if ((parts.length == 3 || parts.length == 5) && parts[1].matches(NUMBER) && parts[2].matches(MILLIS)) {
            return new LockHolder(
                    ownerId(claim),
                    printable(parts[0]),
                    Long.parseLong(parts[1]),
                    Instant.ofEpochMilli(Long.parseLong(parts[2])),
                    left);
        }
        return new LockHolder(printable(claim.text()), "", 0, Instant.EPOCH, left);
    }

    /** Makes a text printable, since anybody may have written it and it goes into logs. */
    public static String printable(String text) {
        return text.replaceAll("[\\p{Cntrl}\\p{Zl}\\p{Zp}]", "?");
    }

    /** Returns the owner of a claim in printable form. */
    public static String ownerId(Claim claim) {
        int end = claim.token().lastIndexOf('-');
        return printable(end < 0 ? claim.token() : claim.token().substring(0, end));
    }
}
