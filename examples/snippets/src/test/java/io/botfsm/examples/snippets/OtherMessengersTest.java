package io.botfsm.examples.snippets;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.Fsm;
import io.botfsm.Turn;
import io.botfsm.memory.MemoryStateStorage;
import io.botfsm.storage.EventId;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OtherMessengersTest {
    private static final String AGAIN = "asked again";

    private final StateStorage storage = new MemoryStateStorage();
    private final Fsm fsm = Fsm.of(storage);

    @AfterEach
    void close() {
        storage.close();
    }

    // snippet: ids-counted
    String onTelegram(long bot, long chat, long user, int updateId, String text) {
        StorageKey key = StorageKey.bot(bot).chat(chat).user(user).build();
        return fsm.handle(key, EventId.of(updateId), turn -> answer(turn, text)).orElse(now -> AGAIN);
    }
    // end

    // snippet: ids-texts
    String onWhatsApp(String business, String from, String messageId, String text) { // "wamid.HBgLMTY1…"
        StorageKey key = StorageKey.bot(business).chat(from).user(from).build();
        return fsm.handle(key, EventId.of(messageId), turn -> answer(turn, text))
                .orElse(now -> AGAIN);
    }

    String onDiscord(String application, String channel, String user, String messageId, String text) { // a snowflake
        StorageKey key = StorageKey.bot(application).chat(channel).user(user).build();
        return fsm.handle(key, EventId.of(messageId), turn -> answer(turn, text))
                .orElse(now -> AGAIN);
    }
    // end

    // snippet: ids-of-a-source
    String onPayment(StorageKey key, String paymentId) { // the same conversation, besides the messenger
        return fsm.handle(key, EventId.of("payments", paymentId), turn -> turn.state("PAID"))
                .now()
                .state()
                .orElseThrow();
    }
    // end

    // snippet: ids-none
    String onTimer(StorageKey key) {
        return fsm.handle(key, turn -> answer(turn, "tick"))
                .orElse(now -> AGAIN); // never repeated, so this is not used
    }
    // end

    private static String answer(Turn turn, String text) {
        int handled = turn.value("handled", Integer.class).orElse(0) + 1;
        turn.put("handled", handled);
        return text + " " + handled;
    }

    @Test
    void aCountedIdIsRecognized() {
        assertThat(onTelegram(1, 2, 3, 731_904_211, "a")).isEqualTo("a 1");
        assertThat(onTelegram(1, 2, 3, 731_904_211, "a")).isEqualTo(AGAIN);
        assertThat(onTelegram(1, 2, 3, 731_904_212, "b")).isEqualTo("b 2");
    }

    @Test
    void aTextIsRecognized() {
        assertThat(onWhatsApp("1", "2", "wamid.HBgLMTY1", "a")).isEqualTo("a 1");
        assertThat(onWhatsApp("1", "2", "wamid.HBgLMTY1", "a")).isEqualTo(AGAIN);
        assertThat(onDiscord("1", "2", "3", "1175928847299117063", "a")).isEqualTo("a 1");
        assertThat(onDiscord("1", "2", "3", "1175928847299117063", "a")).isEqualTo(AGAIN);
    }

    @Test
    void anotherSourceHasAWindowOfItsOwn() {
        StorageKey key = StorageKey.bot(1).chat(2).user(3).build();
        assertThat(onTelegram(1, 2, 3, 731_904_211, "a")).isEqualTo("a 1");
        for (int i = 0; i < 100; i++) {
            assertThat(onPayment(key, "inv-" + i)).isEqualTo("PAID");
        }
        assertThat(onTelegram(1, 2, 3, 731_904_211, "a")).isEqualTo(AGAIN);
        assertThat(onTimer(key)).isEqualTo("tick 2");
        assertThat(onTimer(key)).isEqualTo("tick 3");
    }
}
