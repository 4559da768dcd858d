package io.botfsm.lock;

import io.botfsm.lock.store.Claim;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Who this lock object is, in the claims that it makes: a token {@code owner-number}, and the holder {@code host pid started},
 * followed by {@code space tick} of the {@link LocalProcess} where that can be told. Thread-safe.
 */
final class Identity {
    private static final String NUMBER = "\\d{1,18}";
    private static final String MILLIS = "\\d{1,15}";

    private final String owner;
    private final String host;
    private final long pid;
    private final Instant started;
    private final Optional<LocalProcess> process;
    private final String text;
    private final AtomicLong claims = new AtomicLong();

    Identity(String owner, String host, long pid, Instant started, Optional<LocalProcess> process) {
        this.owner = owner;
        this.host = host.replaceAll("\\s", "-");
        this.pid = pid;
        this.started = Instant.ofEpochMilli(Math.max(0, started.toEpochMilli()));
        this.process = process;
        this.text = this.host
                + ' '
                + pid
                + ' '
                + this.started.toEpochMilli()
                + process.map(known -> ' ' + known.space() + ' ' + known.started())
                        .orElse("");
    }

    static Identity ofThisProcess() {
        ProcessHandle process = ProcessHandle.current();
        Instant started = process.info().startInstant().orElseGet(Instant::now);
        return new Identity(UUID.randomUUID().toString(), hostName(), process.pid(), started, LocalProcess.current());
    }

    private static String hostName() {
        return environment("HOSTNAME").or(() -> environment("COMPUTERNAME")).orElseGet(Identity::askedHostName);
    }

    private static Optional<String> environment(String name) {
        return Optional.ofNullable(System.getenv(name)).filter(value -> !value.isBlank());
    }

    private static String askedHostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "unknown-host";
        }
    }

    /** A claim unlike any other. */
    Claim newClaim() {
        return new Claim(owner + '-' + claims.incrementAndGet(), text);
    }

    /** Whether this very object made the claim. */
    boolean made(Claim claim) {
        return owner.equals(owner(claim));
    }

    /** Whether a process of this machine made the claim that is surely not running any more. */
    boolean knowsDead(Claim claim) {
        Optional<LocalProcess> maker = process(claim);
        return process.isPresent() && maker.isPresent() && process.get().knowsDead(maker.get());
    }

    private static Optional<LocalProcess> process(Claim claim) {
        String[] parts = claim.holder().split(" ", -1);
        boolean known = parts.length == 5 && parts[1].matches(NUMBER) && parts[4].matches(NUMBER);
        return known
                ? Optional.of(new LocalProcess(parts[3], Long.parseLong(parts[1]), Long.parseLong(parts[4])))
                : Optional.empty();
    }

    LockHolder self(Duration remaining) {
        return new LockHolder(owner, host, pid, started, remaining);
    }

    /** Whoever made a claim; one of another kind of program is its owner's name only. */
    static LockHolder holder(Claim claim, Optional<Duration> remaining) {
        Duration left = remaining.orElse(LockHolder.FOREVER);
        String[] parts = claim.holder().split(" ", -1);
        if ((parts.length == 3 || parts.length == 5) && parts[1].matches(NUMBER) && parts[2].matches(MILLIS)) {
            return new LockHolder(
                    printable(owner(claim)),
                    printable(parts[0]),
                    Long.parseLong(parts[1]),
                    Instant.ofEpochMilli(Long.parseLong(parts[2])),
                    left);
        }
        return new LockHolder(printable(claim.text()), "", 0, Instant.EPOCH, left);
    }

    /** Anybody may have written it, and it goes into logs. */
    private static String printable(String text) {
        return text.replaceAll("[\\p{Cntrl}\\p{Zl}\\p{Zp}]", "?");
    }

    private static String owner(Claim claim) {
        int end = claim.token().lastIndexOf('-');
        return end < 0 ? claim.token() : claim.token().substring(0, end);
    }
}
