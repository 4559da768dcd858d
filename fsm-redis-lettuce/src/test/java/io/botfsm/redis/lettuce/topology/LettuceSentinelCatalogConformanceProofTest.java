package io.botfsm.redis.lettuce.topology;

import io.botfsm.redis.client.testing.RedisCatalogConformance;
import io.botfsm.redis.client.testing.Topology;
import io.botfsm.redis.lettuce.LettuceInTest;

/** The catalog over the master that Sentinels know. */
final class LettuceSentinelCatalogConformanceProofTest extends RedisCatalogConformance {
    LettuceSentinelCatalogConformanceProofTest() {
        super(new LettuceInTest(), Topology::sentinels);
    }
}
