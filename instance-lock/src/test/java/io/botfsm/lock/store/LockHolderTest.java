package io.botfsm.lock.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class LockHolderTest {
    private static final Duration LEFT = Duration.ofSeconds(9);

    @Test
    void whatAHolderSaysOfItselfIsQuotedUnlessItIsPlain() {
        assertThat(new LockHolder("id", "host-1.example", 7, Instant.EPOCH, LEFT).describe())
                .isEqualTo("process 7 on host-1.example, with a lease that ends in 9 s unless renewed");
        assertThat(new LockHolder("id", "a, started\n\u0085", 7, Instant.EPOCH, LEFT).describe())
                .isEqualTo("process 7 on \"a, started\\u000a\\u0085\", with a lease that ends in 9 s unless renewed");
        assertThat(new LockHolder("an id", "", 0, Instant.EPOCH, LockHolder.FOREVER).describe())
                .isEqualTo("\"an id\", with a lease that does not expire");
    }
}
