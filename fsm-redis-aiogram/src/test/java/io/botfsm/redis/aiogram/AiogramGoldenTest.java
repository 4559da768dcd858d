package io.botfsm.redis.aiogram;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.botfsm.redis.SocketPort;
import io.botfsm.redis.testkit.OneRedisServer;
import io.botfsm.storage.FsmStrategy;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Outcome;
import io.botfsm.storage.Outcome.Applied;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every case of {@code aiogram-golden.jsonl}, written and read byte for byte;
 * {@code src/test/python/check_aiogram_golden.py} checks the file itself against Python.
 */
@Timeout(60)
class AiogramGoldenTest extends OneRedisServer {
    private static final Path SCRIPT = Path.of("src/test/python/check_aiogram_golden.py");

    /** One line of the file. */
    record Case(JsonNode json) {
        static Stream<Case> all() throws IOException {
            List<Case> all = new ArrayList<>();
            try (InputStream file = AiogramGoldenTest.class.getResourceAsStream("aiogram-golden.jsonl")) {
                new ObjectMapper()
                        .readerFor(JsonNode.class)
                        .<JsonNode>readValues(Objects.requireNonNull(file))
                        .forEachRemaining(line -> all.add(new Case(line)));
            }
            return all.stream();
        }

        AiogramLayout layout() {
            JsonNode options = json.get("options");
            AiogramLayout.Builder layout = AiogramLayout.builder();
            text(options, "prefix").ifPresent(layout::prefix);
            text(options, "separator").ifPresent(layout::separator);
            if (options.has("with_bot_id")) {
                layout.withBotId();
            } else {
                layout.bot(json.get("origin").get("bot").asText());
            }
            if (options.has("with_business_connection_id")) {
                layout.withBusinessConnectionId();
            }
            if (options.has("with_destiny")) {
                layout.withDestiny();
            }
            return layout.build();
        }

        StorageKey key() {
            JsonNode origin = json.get("origin");
            StorageKey.Builder key = StorageKey.bot(origin.get("bot").asText());
            text(origin, "chat").ifPresent(key::chat);
            text(origin, "user").ifPresent(key::user);
            text(origin, "thread").ifPresent(key::thread);
            text(origin, "business").ifPresent(key::business);
            text(origin, "destiny").ifPresent(key::destiny);
            return FsmStrategy.valueOf(json.get("strategy").asText()).key(key).orElseThrow();
        }

        Map<String, String> data() {
            Map<String, String> data = new LinkedHashMap<>();
            json.get("data")
                    .forEach(entry ->
                            data.put(entry.get(0).asText(), entry.get(1).asText()));
            return data;
        }

        Optional<String> text(String field) {
            return text(json, field);
        }

        private static Optional<String> text(JsonNode node, String field) {
            return Optional.ofNullable(node.get(field))
                    .filter(value -> !value.isNull())
                    .map(JsonNode::asText);
        }

        @Override
        public String toString() {
            return json.get("case").asText();
        }
    }

    @ParameterizedTest
    @MethodSource("io.botfsm.redis.aiogram.AiogramGoldenTest$Case#all")
    void isWrittenByteForByte(Case golden) throws Exception {
        StateStorage storage = storage(golden);
        Mutation.Builder change = Mutation.builder().replaceData(golden.data());
        golden.text("state").ifPresentOrElse(change::state, change::clearState);

        applied(storage, golden, change);

        assertStored(golden, golden.text("stored"));
        Snapshot read = read(storage, golden);
        assertThat(read.state()).isEqualTo(golden.text("state"));
        assertThat(read.data().keySet()).containsExactlyElementsOf(golden.data().keySet());
    }

    /** The conversation was begun by aiogram, and one entry is changed here. */
    @ParameterizedTest
    @MethodSource("io.botfsm.redis.aiogram.AiogramGoldenTest$Case#all")
    void isReadAndKeptByteForByte(Case golden) throws Exception {
        StateStorage storage = storage(golden);
        golden.text("state").ifPresent(state -> set("state_key", golden, state));
        golden.text("stored").ifPresent(stored -> set("data_key", golden, stored));

        Snapshot read = read(storage, golden);
        assertThat(read.state()).isEqualTo(golden.text("state"));
        String joined = PythonJson.object(read.data().entrySet().stream()
                .map(entry -> new PythonJson.JsonMember(PythonJson.quoted(entry.getKey()), entry.getValue()))
                .toList());
        assertThat(joined).isEqualTo(golden.text("stored").orElse("{}"));

        applied(storage, golden, Mutation.builder().put("added", "1"));
        assertStored(
                golden,
                Optional.of(golden.text("stored")
                        .map(stored -> stored.substring(0, stored.length() - 1) + ", \"added\": 1}")
                        .orElse("{\"added\": 1}")));
        applied(storage, golden, Mutation.builder().remove("added"));
        assertStored(golden, golden.text("stored"));
        applied(storage, golden, Mutation.builder().clearState().replaceData(Map.of()));
        assertThat(redis.number("DBSIZE")).isZero();
    }

    private static StateStorage storage(Case golden) {
        return new AiogramStateStorage(new SocketPort(redis), Duration.ofSeconds(10), golden.layout());
    }

    private static Snapshot read(StateStorage storage, Case golden) throws Exception {
        return storage.read(golden.key()).toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    private static void applied(StateStorage storage, Case golden, Mutation.Builder change) throws Exception {
        Outcome outcome = storage.write(golden.key(), change.build())
                .toCompletableFuture()
                .get(20, TimeUnit.SECONDS);
        assertThat(outcome).isInstanceOf(Applied.class);
    }

    private static void set(String key, Case golden, String value) {
        redis.call("SET", golden.text(key).orElseThrow(), value);
    }

    private static void assertStored(Case golden, Optional<String> data) {
        assertIs(redis.call("GET", golden.text("state_key").orElseThrow()), golden.text("state"));
        assertIs(redis.call("GET", golden.text("data_key").orElseThrow()), data);
        assertThat(redis.number("DBSIZE"))
                .isEqualTo(Stream.of(golden.text("state"), data)
                        .filter(Optional::isPresent)
                        .count());
    }

    private static void assertIs(@Nullable Object stored, Optional<String> expected) {
        assertThat(Optional.ofNullable(stored).map(bytes -> new String((byte[]) bytes, UTF_8)))
                .isEqualTo(expected);
        expected.ifPresent(text -> assertThat(Arrays.equals((byte[]) stored, text.getBytes(UTF_8)))
                .as("the same bytes")
                .isTrue());
    }

    @Test
    void thereAreEnoughCases() throws IOException {
        assertThat(Case.all()).hasSizeGreaterThanOrEqualTo(60);
        assertThat(Case.all().map(Case::toString)).doesNotHaveDuplicates();
    }

    /** If Python is available; otherwise, the cases are not checked against it. */
    @Test
    void pythonAgrees() throws Exception {
        Process python;
        try {
            python = new ProcessBuilder("python3", SCRIPT.toString())
                    .redirectErrorStream(true)
                    .start();
        } catch (IOException e) {
            System.out.println("[golden] no python3 here: " + SCRIPT + " was not run");
            return;
        }
        String output = new String(python.getInputStream().readAllBytes(), UTF_8);
        assertThat(python.waitFor()).as(output).isZero();
    }
}
