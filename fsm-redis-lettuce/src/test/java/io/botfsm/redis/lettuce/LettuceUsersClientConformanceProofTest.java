package io.botfsm.redis.lettuce;

import io.botfsm.redis.BotRedis;
import io.botfsm.redis.client.testing.RedisStorageConformance;
import io.botfsm.redis.client.testing.Topology;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.ClientOptions.DisconnectedBehavior;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.resource.ClientResources;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;

/** Through a client of the user's, which reconnects by itself as well; cut off means that everything gets lost. */
final class LettuceUsersClientConformanceProofTest extends RedisStorageConformance {
    private final ClientResources resources = ClientResources.create();
    private final List<RedisClient> clients = new ArrayList<>();

    LettuceUsersClientConformanceProofTest() {
        super(new LettuceInTest(), Topology::serverBehindALossyNetwork);
    }

    @Override
    protected BotRedis connect(String uri, Duration deadline) {
        RedisClient client = RedisClient.create(resources);
        clients.add(client);
        client.setOptions(ClientOptions.builder()
                .autoReconnect(true)
                .disconnectedBehavior(DisconnectedBehavior.REJECT_COMMANDS)
                .timeoutOptions(TimeoutOptions.enabled(deadline))
                .socketOptions(SocketOptions.builder()
                        .connectTimeout(Duration.ofSeconds(1))
                        .build())
                .build());
        return LettuceRedis.connect(client, RedisURI.create(uri));
    }

    @AfterAll
    void shutDown() {
        clients.forEach(client -> client.shutdown(Duration.ZERO, Duration.ofSeconds(1)));
        var unused = resources.shutdown();
    }
}
