package io.botfsm.lock.store;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The content of a store under one name.
 *
 * @param claim the claim that holds the lease; empty if it is free
 * @param remaining how long the lease lasts without a renewal; empty if it is free or held forever, which never happens
 *     with this library
 * @param fencingToken the highest known fencing token, if any
 */
public record StoredLease(Optional<Claim> claim, Optional<Duration> remaining, OptionalLong fencingToken) {}
