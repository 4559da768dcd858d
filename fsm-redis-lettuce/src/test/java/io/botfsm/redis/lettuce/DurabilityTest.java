package io.botfsm.redis.lettuce;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.botfsm.redis.client.testing.DurabilitySuite;
import io.botfsm.redis.testkit.RespConnection;
import io.botfsm.storage.Outcome;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.UnconfirmedWriteException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Durable writes, which wait together. */
final class DurabilityTest extends DurabilitySuite {
    DurabilityTest() {
        super(new LettuceInTest());
    }

    /** Without a replica, each wait lasts until its timeout; writes that arrive during a wait share the next one. */
    @Test
    void writesAreConfirmedTogether() throws Exception {
        try (StateStorage storage = storage(Duration.ofMillis(200))) {
            replica().suspend();
            List<CompletionStage<Outcome>> writes = IntStream.range(2_000, 2_500)
                    .mapToObj(user -> storage.write(key(user), CHANGE))
                    .toList();
            for (CompletionStage<Outcome> write : writes) {
                assertThatThrownBy(() -> get(write)).cause().isInstanceOf(UnconfirmedWriteException.class);
            }
        }
        try (RespConnection connection = master().connect()) {
            assertThat(connection.calls("wait")).isLessThan(300);
        }
    }
}
