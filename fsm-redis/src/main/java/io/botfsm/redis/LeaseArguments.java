package io.botfsm.redis;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.botfsm.lock.store.Claim;
import io.botfsm.lock.store.LeaseRequest;
import io.botfsm.lock.store.LeaseStore.Fences;
import java.time.Duration;
import java.util.List;

/** Creates the arguments of the lease scripts. */
final class LeaseArguments {
    /** How long a fence is kept after the last lease, if it is not kept forever. */
    private static final Duration FENCE_KEPT = Duration.ofHours(1);

    private static final byte[] NONE = {};

    private LeaseArguments() {}

    /** Returns the arguments of {@code lease-acquire.lua} and {@code lease-renew.lua}. */
    static List<byte[]> of(LeaseRequest request) {
        long ttl = request.ttl().toMillis();
        return List.of(
                claim(request.claim()),
                number(ttl),
                request.floor() == 0 ? NONE : number(request.floor()),
                request.fences() == Fences.KEPT ? NONE : number(ttl + FENCE_KEPT.toMillis()));
    }

    static byte[] claim(Claim claim) {
        return claim.text().getBytes(UTF_8);
    }

    /** Returns the arguments of {@code lease-force.lua}. */
    static List<byte[]> ofForce() {
        return List.of(number(FENCE_KEPT.toMillis()));
    }

    private static byte[] number(long value) {
        return Long.toString(value).getBytes(ISO_8859_1);
    }
}
