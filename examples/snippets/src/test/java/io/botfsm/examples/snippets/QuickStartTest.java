package io.botfsm.examples.snippets;

import static io.botfsm.examples.snippets.PizzaBot.question;
import static io.botfsm.examples.snippets.PizzaBot.step;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.storage.EventId;
import io.botfsm.Fsm;
import io.botfsm.FsmContext;
import io.botfsm.Handled;
import io.botfsm.examples.snippets.PizzaBot.Order;
import io.botfsm.json.UnreadableDataException;
import io.botfsm.memory.MemoryStateStorage;
import io.botfsm.storage.FsmException;
import io.botfsm.storage.FsmStrategy;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.StorageUnavailableException;
import io.botfsm.storage.UnknownStateException;
import io.botfsm.transition.LoggingStateStorage;
import java.io.BufferedReader;
import java.io.Writer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The quick start's pieces, put together and run. */
class QuickStartTest {
    private final List<String> sent = new ArrayList<>();

    private void send(String text) {
        sent.add(text);
    }

    private void onUpdate(Fsm fsm, StorageKey key, long updateId, String text) {
        // snippet: quick-update
        Handled<String> handled = fsm.handle(key, EventId.of(updateId), turn -> step(turn, text));
        send(handled.orElse(now -> question(now))); // redelivered: ask the current question again
        // end
    }

    @Test
    void theWholeProgramTalksAtATerminal() throws Exception {
        Process program = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        PizzaBot.class.getName())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (BufferedReader out = program.inputReader(UTF_8)) {
            try (Writer in = program.outputWriter(UTF_8)) {
                in.write("hello\nhuge\nlarge\nRue de la Paix 1\n");
            }
            assertThat(out.lines().filter(line -> !line.contains("FSM state changed")))
                    .containsExactly("Small or large?", "Small or large?", "Where to?", "On its way: large");
        } finally {
            program.destroyForcibly();
        }
    }

    @Test
    void theOrderIsTakenStepByStep() {
        // snippet: quick-fsm
        StateStorage storage = new LoggingStateStorage(new MemoryStateStorage()); // or redis.stateStorage()
        Fsm fsm = Fsm.builder(storage).states(Order.class).build();
        // end
        StorageKey key = StorageKey.bot(1).chat(2).user(3).build();
        onUpdate(fsm, key, 10, "/start");
        onUpdate(fsm, key, 11, "huge");
        onUpdate(fsm, key, 12, "large");
        onUpdate(fsm, key, 12, "large");
        onUpdate(fsm, key, 13, "Rue de la Paix 1");

        assertThat(sent)
                .containsExactly("Small or large?", "Small or large?", "Where to?", "Where to?", "On its way: large");

        // snippet: quick-context
        FsmContext context = fsm.context(key);
        context.updateData("paid", true); // one atomic write; other entries are untouched
        boolean reopened = context.transition(Order.PLACED, Order.ADDRESS); // only if it is in PLACED
        context.clear();
        // end
        assertThat(reopened).isTrue();
        assertThat(context.state()).isEmpty();
        storage.close();
    }

    @Test
    void startGetsAUserOutOfWhatThisVersionCannotRead() {
        StateStorage storage = new MemoryStateStorage();
        Fsm fsm = Fsm.builder(storage).states(Order.class).build();
        StorageKey key = StorageKey.bot(1).chat(2).user(3).build();
        fsm.context(key).setState("Order:BEFORE");
        fsm.context(key).updateData("size", List.of("not a text"));

        onUpdate(fsm, key, 10, "/start");
        onUpdate(fsm, key, 11, "large");

        assertThat(sent).containsExactly("Small or large?", "Where to?");
        storage.close();
    }

    @Test
    void aStrategySaysWhoseConversationAnUpdateBelongsTo() {
        long botId = 1;
        long chatId = -100;
        long userId = 3;
        // snippet: quick-strategy
        Optional<StorageKey> key =
                FsmStrategy.USER_IN_CHAT.key(StorageKey.bot(botId).chat(chatId).user(userId));
        // end
        assertThat(key).contains(StorageKey.bot(1).chat(-100).user(3).build());
    }

    @Test
    void errorsAreTyped() {
        StateStorage storage = new MemoryStateStorage();
        Fsm fsm = Fsm.builder(storage).states(Order.class).build();
        StorageKey key = StorageKey.bot(1).chat(2).user(3).build();
        storage.close();
        String text = "large";
        long updateId = 1;
        // snippet: quick-errors
        try {
            fsm.handle(key, EventId.of(updateId), turn -> step(turn, text));
        } catch (StorageUnavailableException e) {
            send("I could not save that, please say it again."); // same update id: never applied twice
        } catch (UnknownStateException | UnreadableDataException e) {
            send("I have lost the thread. Send /start to begin anew."); // stored by another version of the bot
        } catch (FsmException e) {
            send("Something is wrong on my side."); // closed, refused, fenced, contended: see the class
        }
        // end
        assertThat(sent).containsExactly("Something is wrong on my side.");
    }
}
