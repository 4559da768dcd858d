package io.botfsm.redis.lettuce;

import io.botfsm.redis.client.testing.AddressSuite;

/** Addresses that lead to something else than they say. */
final class AddressTest extends AddressSuite {
    AddressTest() {
        super(new LettuceInTest());
    }
}
