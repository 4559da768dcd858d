package io.botfsm.examples.snippets;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.Conversation;
import io.botfsm.Fsm;
import io.botfsm.Handled;
import io.botfsm.redis.BotRedis;
import io.botfsm.redis.lettuce.LettuceRedis;
import io.botfsm.redis.testkit.RedisServerProcess;
import io.botfsm.redis.testkit.RespConnection;
import io.botfsm.storage.EventId;
import io.botfsm.storage.StorageKey;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The README's five lines, against a real Redis. */
class FiveLinesTest {
    // snippet: states
    enum Onboarding {
        NAME,
        AGE
    }
    // end

    private static RedisServerProcess server;

    private final List<String> sent = new ArrayList<>();

    @BeforeAll
    static void start() {
        server = RedisServerProcess.start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void fiveLinesGiveABotPersistentState() {
        update(server.uri(1), 1, "Ada");
        assertThat(sent).containsExactly("How old are you?");

        update(server.uri(1), 1, "Ada");
        assertThat(sent).as("redelivered: asked again, not handled again").hasSize(2);
        assertThat(sent.get(1)).isEqualTo("How old are you?");

        try (BotRedis redis = LettuceRedis.connect(server.uri(1))) {
            Conversation stored = Fsm.builder(redis.stateStorage())
                    .states(Onboarding.class)
                    .build()
                    .context(StorageKey.bot(42).chat(7).user(7).build())
                    .read();
            assertThat(stored.state(Onboarding.class)).contains(Onboarding.AGE);
            assertThat(stored.value("name", String.class)).contains("Ada");
        }
    }

    @Test
    void anUpdateIsTwoRoundTrips() {
        update(server.uri(2), 1, "Ada"); // from now on the server knows the scripts
        long before = requests();
        LettuceRedis.connect(server.uri(2)).close();
        long ofConnecting = requests() - before;
        update(server.uri(2), 2, "Grace");
        assertThat(requests() - before - 2 * ofConnecting).isEqualTo(2);
    }

    /** How many reads and writes of conversations the server has had, those of checks included. */
    private static long requests() {
        try (RespConnection admin = server.connect()) {
            return Pattern.compile("cmdstat_(?:hgetall|evalsha|eval):calls=(\\d+)")
                    .matcher(admin.text("INFO", "commandstats"))
                    .results()
                    .mapToLong(calls -> Long.parseLong(calls.group(1)))
                    .sum();
        }
    }

    private void update(String uri, long updateId, String text) {
        long botId = 42;
        long chatId = 7;
        long userId = 7;
        // snippet: five-lines
        try (BotRedis redis = LettuceRedis.connect(uri)) { // once, at start: redis://localhost:6379/1
            Fsm fsm = Fsm.builder(redis.stateStorage()).states(Onboarding.class).build();
            StorageKey key = StorageKey.bot(botId).chat(chatId).user(userId).build();
            Handled<?> handled = fsm.handle(
                    key, EventId.of(updateId), turn -> turn.put("name", text).state(Onboarding.AGE));
            send(question(handled.now())); // after one read and one write
        }
        // end
    }

    private static String question(Conversation conversation) {
        return conversation.state(Onboarding.class).orElse(Onboarding.NAME) == Onboarding.AGE
                ? "How old are you?"
                : "What is your name?";
    }

    private void send(String text) {
        sent.add(text);
    }
}
