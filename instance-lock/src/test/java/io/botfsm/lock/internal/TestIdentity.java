package io.botfsm.lock.internal;

import java.time.Instant;
import java.util.Optional;
import java.util.function.Supplier;

/** Identities of processes that do not exist. */
public final class TestIdentity {
    private TestIdentity() {}

    /** Returns an identity whose process cannot be distinguished from others. */
    public static Identity of(String ownerId, Supplier<String> randomness) {
        return new Identity(ownerId, "host", 1, Instant.EPOCH, Optional::empty, randomness);
    }
}
