package io.botfsm.lock.store;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a store has under a name.
 *
 * @param claim who has the lease; empty if it is free
 * @param remaining how long it lasts unless renewed; empty if it is free, or held for ever, which this library never
 *     does
 * @param fencingToken the highest fencing token known; empty if none is
 */
public record StoredLease(Optional<Claim> claim, Optional<Duration> remaining, OptionalLong fencingToken) {}
