package io.botfsm.isolation;

import io.botfsm.lock.store.Claim;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/** The claims that one isolation makes: a token {@code owner-number}, and the holder {@code host pid started}. Thread-safe. */
final class Claims {
    private final String owner = UUID.randomUUID().toString();
    private final String holder = describeThisProcess();
    private final AtomicLong made = new AtomicLong();

    private static String describeThisProcess() {
        ProcessHandle process = ProcessHandle.current();
        Instant started = process.info().startInstant().orElseGet(Instant::now);
        return hostName().replaceAll("\\s", "-") + ' ' + process.pid() + ' ' + started.toEpochMilli();
    }

    private static String hostName() {
        return Stream.of("HOSTNAME", "COMPUTERNAME")
                .flatMap(name -> Optional.ofNullable(System.getenv(name)).stream())
                .filter(name -> !name.isBlank())
                .findFirst()
                .orElse("unknown-host");
    }

    /** A claim unlike any other. */
    Claim next() {
        return new Claim(owner + '-' + made.incrementAndGet(), holder);
    }

    /** Whether this very isolation made it. */
    boolean made(Claim claim) {
        return owner(claim).equals(owner);
    }

    static String owner(Claim claim) {
        int end = claim.token().lastIndexOf('-');
        return printable(end < 0 ? claim.token() : claim.token().substring(0, end));
    }

    static String holder(Claim claim) {
        return printable(claim.holder());
    }

    /** Anybody may have written it, and it goes into logs. */
    private static String printable(String text) {
        return text.replaceAll("[\\p{Cntrl}\\p{Zl}\\p{Zp}]", "?");
    }
}
