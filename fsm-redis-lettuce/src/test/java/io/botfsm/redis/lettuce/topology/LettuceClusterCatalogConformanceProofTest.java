package io.botfsm.redis.lettuce.topology;

import io.botfsm.redis.client.testing.RedisCatalogConformance;
import io.botfsm.redis.client.testing.Topology;
import io.botfsm.redis.lettuce.LettuceInTest;

/** The catalog over a cluster of three masters. */
final class LettuceClusterCatalogConformanceProofTest extends RedisCatalogConformance {
    LettuceClusterCatalogConformanceProofTest() {
        super(new LettuceInTest(), Topology::cluster);
    }
}
