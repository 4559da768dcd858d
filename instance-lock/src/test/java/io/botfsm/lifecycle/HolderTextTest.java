package io.botfsm.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.lock.store.LockHolder;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class HolderTextTest {
    private static final Duration LEFT = Duration.ofSeconds(9);

    @Test
    void whatAHolderSaysOfItselfIsQuotedUnlessItIsPlain() {
        assertThat(HolderText.of(new LockHolder("id", "host-1.example", 7, Instant.EPOCH, LEFT)))
                .isEqualTo("process 7 on host-1.example, with a lease that ends in 9 s unless renewed");
        assertThat(HolderText.of(new LockHolder("id", "a, started\n\u0085", 7, Instant.EPOCH, LEFT)))
                .isEqualTo("process 7 on \"a, started\\u000a\\u0085\", with a lease that ends in 9 s unless renewed");
        assertThat(HolderText.of(new LockHolder("an id", "", 0, Instant.EPOCH, LockHolder.FOREVER)))
                .isEqualTo("\"an id\", with a lease that does not expire");
    }
}
