package io.botfsm.isolation;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.storage.StorageKey;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Two conversations never share a lease. */
class LeaseNamesTest {
    private static final List<String> HOSTILE = List.of("1", "/", "%", "%2F", "1/1", "default");

    @Test
    void noTwoConversationsShareAName() {
        Map<String, StorageKey> names = new HashMap<>();
        int keys = 0;
        for (String bot : HOSTILE) {
            for (String chat : HOSTILE) {
                for (String user : HOSTILE) {
                    for (int thread = -1; thread < HOSTILE.size(); thread++) {
                        for (int business = -1; business < HOSTILE.size(); business++) {
                            for (int destiny = 0; destiny < HOSTILE.size(); destiny++) {
                                StorageKey.Builder key = StorageKey.bot(bot)
                                        .chat(chat)
                                        .user(user)
                                        .destiny(HOSTILE.get(destiny));
                                hostile(thread).ifPresent(key::thread);
                                hostile(business).ifPresent(key::business);
                                StorageKey built = key.build();
                                StorageKey other = names.put(LeaseNames.of(built), built);
                                assertThat(other).as("%s, and", built).isNull();
                                keys++;
                            }
                        }
                    }
                }
            }
        }
        assertThat(names).hasSize(keys).hasSize(6 * 6 * 6 * 7 * 7 * 6);
    }

    private static Optional<String> hostile(int index) {
        return index < 0 ? Optional.empty() : Optional.of(HOSTILE.get(index));
    }

    @Test
    void theyAreAsDescribed() {
        StorageKey.Builder key = StorageKey.bot("bot").chat(-100).user("a/b%");
        assertThat(LeaseNames.of(key.build())).isEqualTo("conversation/bot/-100/a%2Fb%25");
        assertThat(LeaseNames.of(key.thread(7).build())).isEqualTo("conversation/bot/-100/a%2Fb%25/7");
        assertThat(LeaseNames.of(key.destiny("order").build())).isEqualTo("conversation/bot/-100/a%2Fb%25/7//order");
    }
}
