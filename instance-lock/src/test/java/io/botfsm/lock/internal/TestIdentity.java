package io.botfsm.lock.internal;

import java.time.Instant;
import java.util.Optional;
import java.util.function.Supplier;

/** Identities of processes that are not there. */
public final class TestIdentity {
    private TestIdentity() {}

    /** One whose process cannot be told apart. */
    public static Identity of(String ownerId, Supplier<String> randomness) {
        return new Identity(ownerId, "host", 1, Instant.EPOCH, Optional::empty, randomness);
    }
}
