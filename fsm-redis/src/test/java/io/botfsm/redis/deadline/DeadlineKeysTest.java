package io.botfsm.redis.deadline;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.redis.cluster.HashSlot;
import io.botfsm.storage.StorageKey;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DeadlineKeysTest {
    private final DeadlineKeys keys = new DeadlineKeys("fsm");

    @Test
    void everySlotHasItsIndex() {
        List<byte[]> indexes = keys.indexes("7");
        Set<String> names = new HashSet<>();
        for (int slot = 0; slot < HashSlot.COUNT; slot++) {
            assertThat(HashSlot.of(indexes.get(slot))).isEqualTo(slot);
            names.add(new String(indexes.get(slot), UTF_8));
        }
        assertThat(names).hasSize(HashSlot.COUNT).allMatch(name -> name.matches("fsm:due:\\{\\d{1,6}}:7"));
        assertThat(new String(indexes.get(12_739), UTF_8)) // the slot of "123456789", as the specification says
                .isEqualTo("fsm:due:{26349}:7");
    }

    /** On a cluster, the keys of a script must be in one slot. */
    @Test
    void aConversationAndItsIndexShareASlot() {
        Random random = new Random(7);
        for (int i = 0; i < 10_000; i++) {
            StorageKey key = StorageKey.bot(random.nextInt(5))
                    .chat(random.nextLong())
                    .user(i)
                    .build();
            List<byte[]> both = keys.conversationAndIndex(key);
            assertThat(HashSlot.of(both.get(1))).isEqualTo(HashSlot.of(both.get(0)));
        }
    }

    @Test
    void anIndexNamesItsBot() {
        for (String bot : List.of("7", "a:b", "{x}", "a}", "имя", "%", " ")) {
            byte[] index = keys.indexes(bot).get(0);
            assertThat(keys.bot(new String(index, UTF_8))).as(bot).hasValue(bot);
        }
        for (String other : List.of("fsm:due:{7}", "fsm:{1:2:3}", "fsm:due:{a}:7", "fsm:due:{7}:", "xfsm:due:{7}:7")) {
            assertThat(keys.bot(other)).as(other).isEmpty();
        }
    }
}
