package io.botfsm.examples.snippets;

import static io.botfsm.examples.snippets.PizzaBot.question;
import static io.botfsm.examples.snippets.PizzaBot.step;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.botfsm.Fsm;
import io.botfsm.FsmContext;
import io.botfsm.Handled;
import io.botfsm.examples.snippets.PizzaBot.Order;
import io.botfsm.json.UnreadableDataException;
import io.botfsm.memory.MemoryStateStorage;
import io.botfsm.redis.BotRedis;
import io.botfsm.redis.lettuce.LettuceRedis;
import io.botfsm.redis.testkit.FaultyProxy;
import io.botfsm.redis.testkit.RedisServerProcess;
import io.botfsm.storage.EventId;
import io.botfsm.storage.FsmException;
import io.botfsm.storage.FsmStrategy;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageClosedException;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.StorageUnavailableException;
import io.botfsm.storage.UnknownStateException;
import io.botfsm.transition.LoggingStateStorage;
import java.io.BufferedReader;
import java.io.Writer;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.Awaitility;
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

        assertThat(reopenedOutside(fsm, key)).isTrue();
        assertThat(fsm.context(key).state()).isEmpty();
        storage.close();
    }

    private static boolean reopenedOutside(Fsm fsm, StorageKey key) {
        // snippet: quick-context
        FsmContext context = fsm.context(key);
        context.updateData("paid", true); // one atomic write; other entries are untouched
        boolean reopened = context.transition(Order.PLACED, Order.ADDRESS); // only if it is in PLACED
        context.clear();
        // end
        return reopened;
    }

    @Test
    void anOrderThatIsNotPlacedIsNotReopened() {
        try (StateStorage storage = new MemoryStateStorage()) {
            Fsm fsm = Fsm.builder(storage).states(Order.class).build();
            StorageKey key = StorageKey.bot(1).chat(2).user(3).build();
            fsm.context(key).setState(Order.SIZE);
            assertThat(reopenedOutside(fsm, key)).isFalse();
        }
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
        assertThat(FsmStrategy.USER_IN_CHAT.key(StorageKey.bot(botId).chat(chatId)))
                .as("a channel's")
                .isEmpty();
    }

    @Test
    void errorsAreTyped() {
        StateStorage storage = new MemoryStateStorage();
        Fsm fsm = Fsm.builder(storage).states(Order.class).build();
        StorageKey key = StorageKey.bot(1).chat(2).user(3).build();
        fsm.context(key).setState("Order:BEFORE");
        onUpdateWithErrors(fsm, key, 1, "large");
        assertThat(sent).containsExactly("I have lost the thread. Send /start to begin anew.");

        storage.close();
        assertThatThrownBy(() -> onUpdateWithErrors(fsm, key, 2, "/start")).isInstanceOf(StorageClosedException.class);
    }

    private void onUpdateWithErrors(Fsm fsm, StorageKey key, long updateId, String text) {
        // snippet: quick-errors
        try {
            Handled<String> handled = fsm.handle(key, EventId.of(updateId), turn -> step(turn, text));
            send(handled.orElse(now -> question(now)));
        } catch (UnknownStateException | UnreadableDataException e) {
            send("I have lost the thread. Send /start to begin anew."); // stored by another version of the bot
        } catch (FsmException e) { // unavailable, refused, fenced, contended: see the class
            throw e; // do not confirm the update: it is redelivered with its id, and never applied twice
        }
        // end
    }

    /** A user who is asked to say it again says it with a new id: "large" would be the address. */
    @Test
    void whatWasStoredWithoutAnAnswerIsNotSaidAgain() {
        try (RedisServerProcess server = RedisServerProcess.start();
                FaultyProxy proxy = new FaultyProxy(server);
                BotRedis redis = LettuceRedis.connect(proxy.uri(1))) {
            AtomicBoolean losing = new AtomicBoolean();
            StateStorage storage = losing(redis.stateStorage(), losing, proxy);
            Fsm fsm = Fsm.builder(storage).states(Order.class).build();
            StorageKey key = StorageKey.bot(1).chat(2).user(3).build();
            onUpdateWithErrors(fsm, key, 10, "/start");
            losing.set(true);
            assertThatThrownBy(() -> onUpdateWithErrors(fsm, key, 11, "large"))
                    .isInstanceOfSatisfying(
                            StorageUnavailableException.class,
                            e -> assertThat(e.mayBeApplied()).isTrue());
            assertThat(sent).containsExactly("Small or large?");

            proxy.heal();
            Awaitility.await().ignoreExceptions().until(() -> {
                onUpdateWithErrors(fsm, key, 11, "large"); // redelivered
                return true;
            });
            assertThat(sent).containsExactly("Small or large?", "Where to?");
            assertThat(fsm.context(key).state(Order.class)).contains(Order.ADDRESS);
        }
    }

    /** A storage over a connection that loses the answer to a write. */
    private static StateStorage losing(StateStorage storage, AtomicBoolean losing, FaultyProxy proxy) {
        return (StateStorage) Proxy.newProxyInstance(
                QuickStartTest.class.getClassLoader(),
                new Class<?>[] {StateStorage.class},
                (self, method, arguments) -> {
                    if (method.getName().equals("write") && losing.getAndSet(false)) {
                        proxy.dropReplies();
                    }
                    return method.invoke(storage, arguments);
                });
    }
}
