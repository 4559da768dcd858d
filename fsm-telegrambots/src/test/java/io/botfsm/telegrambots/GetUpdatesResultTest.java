package io.botfsm.telegrambots;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class GetUpdatesResultTest {
    @Test
    void whatAServerSaysIsOnOneLine() {
        assertThat(new GetUpdatesResult.Refused(409, "no\nERROR forged\u0085", Optional.empty()).description())
                .isEqualTo("no\\u000aERROR forged\\u0085");
        assertThat(new GetUpdatesResult.Broken("no\u202e").why()).isEqualTo("no\\u202e");
    }
}
