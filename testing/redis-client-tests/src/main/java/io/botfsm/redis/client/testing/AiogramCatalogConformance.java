package io.botfsm.redis.client.testing;

import io.botfsm.conformance.Conformance;
import io.botfsm.conformance.Gap;
import io.botfsm.conformance.Need;
import io.botfsm.redis.BotRedis;
import io.botfsm.redis.aiogram.AiogramStateStorage;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** The catalog of aiogram's layout through one of the clients, for the rules that it can keep. */
public abstract class AiogramCatalogConformance extends RedisCatalogConformance
        implements Conformance.SplitsConversations {
    protected AiogramCatalogConformance(ClientInTest client, Supplier<Topology> starter) {
        super(client, starter);
    }

    @Override
    protected final StateStorage storage(BotRedis redis, Optional<Duration> ttl) {
        return new WholeStorage(redis, AiogramStateStorage.of(redis, AiogramConformance.layout(ttl)));
    }

    @Override
    protected final String redisKey(StorageKey key) {
        return String.join(":", "fsm", key.bot(), key.chat(), key.user(), key.destiny(), "data");
    }

    /**
     * A conversation that switches between state and data within one scan may be missed. The layout has no fences,
     * events, times or deadlines, and restricts ids.
     */
    @Override
    protected final Set<Gap> expectedGaps() {
        return Set.of(
                new Gap(8, Need.WHOLE_RECORDS),
                new Gap(1, Need.ANY_TEXT),
                new Gap(2, Need.FENCING),
                new Gap(2, Need.EVENT_ID),
                new Gap(3, Need.ANY_TEXT),
                new Gap(3, Need.TIMES),
                new Gap(3, Need.DEADLINE));
    }
}
