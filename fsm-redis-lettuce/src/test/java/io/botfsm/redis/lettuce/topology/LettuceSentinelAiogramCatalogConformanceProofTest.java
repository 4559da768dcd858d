package io.botfsm.redis.lettuce.topology;

import io.botfsm.redis.client.testing.AiogramCatalogConformance;
import io.botfsm.redis.client.testing.Topology;
import io.botfsm.redis.lettuce.LettuceInTest;

/** Finding conversations in aiogram's layout, over a master that Sentinels know. */
final class LettuceSentinelAiogramCatalogConformanceProofTest extends AiogramCatalogConformance {
    LettuceSentinelAiogramCatalogConformanceProofTest() {
        super(new LettuceInTest(), Topology::sentinels);
    }
}
