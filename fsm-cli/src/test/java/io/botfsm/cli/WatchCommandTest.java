package io.botfsm.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.botfsm.redis.BotRedis;
import io.botfsm.redis.jedis.JedisRedis;
import io.botfsm.redis.testkit.OneRedisServer;
import io.botfsm.redis.testkit.RedisServerProcess;
import io.botfsm.redis.testkit.RespConnection;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.StringReader;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What {@code watch} prints while a bot is running. */
@Timeout(60)
class WatchCommandTest extends OneRedisServer {
    private static final StorageKey ANN = StorageKey.bot(1).chat(10).user(10).build();
    private static final StorageKey BOB = StorageKey.bot(1).chat(-20).user(11).build();

    private static void write(StateStorage storage, StorageKey key, String state) {
        storage.write(key, Mutation.builder().state(state).build())
                .toCompletableFuture()
                .join();
    }

    private static CompletableFuture<CommandRun> watching(String... options) {
        String[] arguments = new String[options.length + 4];
        arguments[0] = "watch";
        arguments[1] = "--json";
        arguments[2] = "--interval";
        arguments[3] = "1s";
        System.arraycopy(options, 0, arguments, 4, options.length);
        return CompletableFuture.supplyAsync(() -> CommandRun.of(Map.of("BOTFSM_STORE", server.uri(0)), arguments));
    }

    /** Those of one conversation, those of one user of a bot, and those of one state. */
    @Test
    void printsTheChangesThatMatch() throws Exception {
        CompletableFuture<CommandRun> one = watching("1:10:10", "--changes", "2");
        CompletableFuture<CommandRun> all = watching("--bot", "1", "--user", "10", "--changes", "2");
        CompletableFuture<CommandRun> ofState = watching("--state", "Order:DONE", "--changes", "2");
        try (BotRedis bot = JedisRedis.connect(server.uri(0));
                StateStorage storage = bot.stateStorage()) {
            for (int i = 0; !one.isDone() || !all.isDone() || !ofState.isDone(); i++) {
                write(storage, ANN, i % 8 < 4 ? "Order:SIZE" : "Order:DONE");
                write(storage, BOB, i % 8 < 4 ? "Order:SIZE" : "Order:ADDRESS");
                TimeUnit.MILLISECONDS.sleep(300);
            }
        }
        for (CompletableFuture<CommandRun> watching : List.of(one, all, ofState)) {
            List<JsonNode> changes = watching.get().ended(0).json();
            assertThat(changes)
                    .hasSize(2)
                    .allSatisfy(
                            change -> assertThat(change.path("key").textValue()).isEqualTo("1:10:10"));
            assertThat(changes.get(1).path("from")).isEqualTo(changes.get(0).path("to"));
        }
        assertThat(ofState.get().json())
                .allSatisfy(change -> assertThat(List.of(
                                change.path("from").textValue(),
                                change.path("to").textValue()))
                        .contains("Order:DONE"));
    }

    /** Nor does a record that cannot be read, which is reported once. */
    @Test
    void anOutageDoesNotEndIt() throws Exception {
        try (RedisServerProcess own = RedisServerProcess.start()) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            ByteArrayOutputStream err = new ByteArrayOutputStream();
            CommandTerminal terminal = new CommandTerminal(
                    Map.of("BOTFSM_STORE", own.uri(0)),
                    new BufferedReader(new StringReader("")),
                    new PrintStream(out, true, UTF_8),
                    new PrintStream(err, true, UTF_8));
            try (RespConnection connection = own.connect()) {
                connection.call("SET", "fsm:{1:2:3}", "hunter2");
            }
            CompletableFuture<Integer> watching = CompletableFuture.supplyAsync(
                    () -> Botfsm.run(terminal, "watch", "--interval", "1s", "--changes", "2"));
            await().until(() -> out.toString(UTF_8).contains("unreadable bot=1 chat=2 user=3: "));
            try (BotRedis bot = JedisRedis.connect(own.uri(0));
                    StateStorage storage = bot.stateStorage()) {
                write(storage, BOB, "Order:SIZE");
            }
            await().until(() -> out.toString(UTF_8).contains("1:-20:11  (none) -> Order:SIZE"));
            own.kill();
            await().until(() -> err.toString(UTF_8).contains("the store is unavailable"));
            own.startAgain();
            try (BotRedis bot = JedisRedis.connect(own.uri(0));
                    StateStorage storage = bot.stateStorage()) {
                write(storage, ANN, "Order:DONE");
            }
            assertThat(watching.get(30, TimeUnit.SECONDS))
                    .as(err.toString(UTF_8))
                    .isZero();
            assertThat(out.toString(UTF_8))
                    .contains("1:10:10  (none) -> Order:DONE")
                    .containsOnlyOnce("unreadable bot=1 chat=2 user=3: ");
            assertThat(err.toString(UTF_8))
                    .containsOnlyOnce("the store is unavailable;")
                    .containsOnlyOnce("the store is available again\n");
        }
    }

    @Test
    void optionsThatCannotWorkAreRefused() {
        assertThat(watching("--changes", "0").join().ended(2).err()).contains("--changes must be at least 1: 0");
        assertThat(watching("1:10:10", "--chat", "10").join().ended(2).err()).contains("not both");
        assertThat(watching("--untouched=7d").join().ended(2).err()).contains("unknown option: --untouched");
    }
}
