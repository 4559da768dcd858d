package io.botfsm.isolation;

import io.botfsm.lock.store.Claim;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The claims that one isolation makes: a token {@code owner-random}, and the holder {@code host pid started}. Copies of one
 * process image share the owner, so a claim is taken for this isolation's own only if it remembers to have given it up.
 * Thread-safe.
 */
final class Claims {
    /** Of which the store may still keep some. One that is forgotten here expires there by itself. */
    private static final int MOST_GIVEN_UP = 10_000;

    private static final SecureRandom RANDOM = new SecureRandom();

    private final String owner;
    private final String holder = describeThisProcess();
    private final Set<String> givenUp = Collections.synchronizedSet(Collections.newSetFromMap(new Latest()));

    Claims(String owner) {
        this.owner = owner;
    }

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
        HexFormat hex = HexFormat.of();
        long clock = System.nanoTime(); // copies of a machine may draw the same for a while
        return new Claim(
                owner + '-' + hex.toHexDigits(RANDOM.nextLong()) + hex.toHexDigits(RANDOM.nextLong() ^ clock), holder);
    }

    /** The claim means nothing any more, whether the store knows that or not. */
    void giveUp(Claim claim) {
        givenUp.add(claim.token());
    }

    /** Whether this very isolation gave it up. */
    boolean gaveUp(Claim claim) {
        return givenUp.contains(claim.token());
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

    private static final class Latest extends LinkedHashMap<String, Boolean> {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
            return size() > MOST_GIVEN_UP;
        }
    }
}
