package io.botfsm.redis.client.testing;

import io.botfsm.conformance.Gap;
import io.botfsm.conformance.Need;
import io.botfsm.redis.BotRedis;
import io.botfsm.redis.aiogram.AiogramLayout;
import io.botfsm.redis.aiogram.AiogramStateStorage;
import io.botfsm.storage.StateStorage;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Aiogram's layout through one of the clients, for the rules that it can keep. */
public abstract class AiogramConformance extends RedisStorageConformance {
    protected AiogramConformance(ClientInTest client, Supplier<Topology> starter) {
        super(client, starter);
    }

    @Override
    protected final StateStorage storage(BotRedis redis, Optional<Duration> ttl) {
        return new WholeStorage(redis, AiogramStateStorage.of(redis, layout(ttl)));
    }

    /** A layout with a place for each part of a key. */
    static AiogramLayout layout(Optional<Duration> ttl) {
        AiogramLayout.Builder layout =
                AiogramLayout.builder().withBotId().withBusinessConnectionId().withDestiny();
        ttl.ifPresent(limit -> layout.stateTtl(limit).dataTtl(limit));
        return layout.build();
    }

    /**
     * The layout has no fences, events, times, attributes or deadlines; its versions do not rise, ids are restricted,
     * and JSON is kept in Python's form.
     */
    @Override
    protected final Set<Gap> expectedGaps() {
        return Stream.of(
                        gaps(Need.VERSION, 6, 7, 23),
                        gaps(Need.FENCING, 6, 7, 9, 13, 14, 18, 23),
                        gaps(Need.EVENT_ID, 7, 9, 12, 14, 18, 19, 20, 21, 22, 23),
                        gaps(Need.TIMES, 20, 23),
                        gaps(Need.ATTRIBUTES, 21, 23),
                        gaps(Need.DEADLINE, 22, 23),
                        gaps(Need.ANY_TEXT, 3, 11),
                        super.expectedGaps().stream())
                .flatMap(gaps -> gaps)
                .collect(Collectors.toSet());
    }

    private static Stream<Gap> gaps(Need need, int... rules) {
        return Arrays.stream(rules).mapToObj(rule -> new Gap(rule, need));
    }
}
