package io.botfsm.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.botfsm.lock.store.Claim;
import io.botfsm.lock.store.LeaseRequest;
import io.botfsm.lock.store.LeaseStore;
import io.botfsm.lock.store.LeaseStore.Fences;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.inbox.InboxLimits;
import io.botfsm.storage.inbox.InboxUpdate;
import io.botfsm.storage.inbox.UpdateInbox;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Every command on each kind of store, where a bot keeps conversations. */
@Timeout(120)
@ParameterizedClass
@EnumSource
class AllCommandsTest {
    private static final StorageKey ANN = StorageKey.bot(1).chat(10).user(10).build();
    private static final StorageKey BOB = StorageKey.bot(1).chat(-20).user(11).build();

    @TempDir
    Path directory;

    @Parameter
    private StoreKind kind;

    private static TriedStore store;

    @BeforeParameterizedClassInvocation
    static void open(StoreKind kind) {
        store = kind.open();
    }

    @AfterParameterizedClassInvocation
    static void close() {
        store.close();
    }

    @BeforeEach
    void seed() {
        store.empty();
        write(
                ANN,
                Mutation.builder()
                        .state("Order:SIZE")
                        .put("name", "\"hunter2\"")
                        .deadline(Instant.parse("2100-01-01T00:00:00Z")));
        write(BOB, Mutation.builder().state("Order:ADDRESS").put("name", "\"Bob\""));
    }

    private static void write(StorageKey key, Mutation.Builder change) {
        store.storage().write(key, change.build()).toCompletableFuture().join();
    }

    private static Snapshot read(StorageKey key) {
        return store.storage().read(key).toCompletableFuture().join();
    }

    private static CommandRun run(String... arguments) {
        return CommandRun.of(store.environment(), arguments);
    }

    @Test
    void listFindsAndCounts() {
        List<JsonNode> all = run("list", "--json").ended(0).json();
        assertThat(all)
                .extracting(each -> each.path("key").textValue())
                .containsExactlyInAnyOrder("1:10:10", "1:-20:11");
        JsonNode one = run("list", "--json", "--bot", "1", "--chat", "-20", "--state", "Order:ADDRESS")
                .ended(0)
                .object();
        assertThat(one.path("version").longValue()).isEqualTo(read(BOB).version());
        assertThat(one.path("data").has("name")).isTrue();
        assertThat(run("list", "--overdue", "1s").ended(0).out()).isEmpty();
        assertThat(run("list", "--count").ended(0).out()).isEqualTo("Order:ADDRESS\t1\nOrder:SIZE\t1\n");
        assertThat(run("list", "--json", "--values", "--user", "10")
                        .object()
                        .path("data")
                        .path("name")
                        .textValue())
                .isEqualTo("\"hunter2\"");
    }

    @Test
    void showHidesValuesUnlessAskedForThem() {
        assertThat(run("show", "1:10:10").ended(0).out())
                .contains("state\tOrder:SIZE", "data.name\t(hidden)", "deadline\t2100-01-01T00:00:00Z")
                .doesNotContain("hunter2");
        assertThat(run("show", "1:10:10", "--json").ended(0).out()).doesNotContain("hunter2");
        assertThat(run("show", "1:10:10", "--values").ended(0).out()).contains("data.name\t\"hunter2\"");
        assertThat(run("show", "1:9:9").ended(3).err()).contains("1:9:9: there is no such conversation");
    }

    @Test
    void setStateWritesOnTheVersionThatWasShown() {
        long version = read(ANN).version();
        run("set-state", "1:10:10", "Order:DONE").ended(2);
        assertThat(read(ANN).version()).isEqualTo(version);

        JsonNode set = run("set-state", "1:10:10", "Order:DONE", "--if-version", "" + version, "--yes", "--json")
                .ended(0)
                .object();

        assertThat(set.path("from").textValue()).isEqualTo("Order:SIZE");
        assertThat(read(ANN).state()).hasValue("Order:DONE");
        assertThat(read(ANN).data()).isEqualTo(Map.of("name", "\"hunter2\""));
        assertThat(read(ANN).deadline()).as("of the state before").isEmpty();
        assertThat(set.path("version").longValue()).isEqualTo(read(ANN).version());
        assertThat(run("set-state", "1:10:10", "Order:SIZE", "--if-version", "" + version, "--yes")
                        .ended(4)
                        .err())
                .contains("1:10:10 has changed", "version " + version);
        assertThat(read(ANN).state()).hasValue("Order:DONE");
        run("set-state", "1:9:9", "Order:SIZE", "--yes").ended(3);
    }

    @Test
    void aWriteIsFencedWhereAsked() {
        write(ANN, Mutation.builder().put("n", "1").fencingToken(50));
        assertThat(run("set-state", "1:10:10", "Order:DONE", "--yes", "--fence", "49")
                        .ended(4)
                        .err())
                .contains("49 is lower than 50");
        run("reset", "1:10:10", "--yes", "--fence", "49").ended(4);
        run("erase", "--user", "10", "--yes", "--fence", "49").ended(4);
        run("move-chat", "--bot", "1", "--from", "10", "--to", "12", "--yes", "--fence", "49")
                .ended(4);
        assertThat(read(ANN).state()).hasValue("Order:SIZE");
        assertThat(run("list", "--chat", "12").ended(0).out()).as("copies").isEmpty();
        assertThat(run("reset", "1:10:10", "--yes", "--fence", "9007199254740991")
                        .ended(2)
                        .err())
                .contains("--fence", "9007199254740991", "lock status");
        run("set-state", "1:10:10", "Order:DONE", "--yes", "--fence", "50").ended(0);
    }

    @Test
    void resetClears() {
        run("reset", "1:10:10", "--yes", "--if-version", "" + read(ANN).version())
                .ended(0);
        assertThat(read(ANN).state()).isEmpty();
        assertThat(read(ANN).data()).isEmpty();
        assertThat(read(BOB).state()).isPresent();
        run("reset", "1:10:10", "--yes").ended(3);
    }

    @Test
    void eraseTakesConversationsAndUpdatesOfAUser() {
        UpdateInbox inbox = bury("a", ANN);
        assertThat(run("erase", "--yes").ended(2).err()).contains("--user");
        assertThat(run("erase", "--user", "10").ended(2).err()).contains("recovery source");
        assertThat(read(ANN).state()).isPresent();
        JsonNode erased =
                run("erase", "--user", "10", "--yes", "--json").ended(0).object();
        assertThat(erased.path("erased").longValue()).isEqualTo(1);
        assertThat(erased.path("updates").longValue()).isEqualTo(1);
        assertThat(read(ANN).state()).isEmpty();
        assertThat(read(BOB).state()).isPresent();
        assertThat(inbox.counts(1).dead()).isZero();
    }

    private static UpdateInbox bury(String id, StorageKey key) {
        UpdateInbox inbox = store.storage().extension(UpdateInbox.class).orElseThrow();
        inbox.bury(
                1,
                InboxUpdate.of(id, Optional.of(key), "{\"secret\":1}".getBytes(UTF_8)),
                "failed 5 times",
                InboxLimits.defaults(),
                OptionalLong.empty());
        return inbox;
    }

    @Test
    void moveChatTakesAllThatAChatHas() {
        JsonNode moved = run("move-chat", "--bot", "1", "--from", "-20", "--to", "-100", "--yes", "--json")
                .ended(0)
                .object();
        assertThat(moved.path("moved").longValue()).isEqualTo(1);
        assertThat(read(BOB).state()).isEmpty();
        assertThat(read(StorageKey.bot(1).chat(-100).user(11).build()).state()).hasValue("Order:ADDRESS");
        assertThat(run("move-chat", "--bot", "1", "--from", "5", "--to", "5", "--yes")
                        .ended(2)
                        .err())
                .contains("itself");
    }

    @Test
    void exportAndImportCarryConversationsOver() throws Exception {
        Path file = directory.resolve("all.jsonl");
        assertThat(run("export", file.toString(), "--json")
                        .ended(0)
                        .object()
                        .path("exported")
                        .longValue())
                .isEqualTo(2);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(run("export", file.toString()).ended(2).err()).contains("Replace it?");
        run("export", file.toString(), "--yes").ended(0);

        Snapshot before = read(ANN);
        run("erase", "--bot", "1", "--yes").ended(0);
        assertThat(run("import", file.toString(), "--json")
                        .ended(0)
                        .object()
                        .path("imported")
                        .longValue())
                .isEqualTo(2);
        assertThat(read(ANN).data()).isEqualTo(before.data());
        assertThat(read(ANN).deadline()).isEqualTo(before.deadline());
        write(BOB, Mutation.builder().state("Order:DONE"));
        assertThat(run("import", file.toString(), "--json")
                        .ended(0)
                        .object()
                        .path("skipped")
                        .longValue())
                .isEqualTo(2);
        assertThat(read(BOB).state()).hasValue("Order:DONE");
        run("import", file.toString(), "--replace").ended(2);
        run("import", file.toString(), "--replace", "--yes").ended(0);
        assertThat(read(BOB).state()).hasValue("Order:ADDRESS");

        Files.writeString(file, Files.readString(file).lines().findFirst().orElseThrow());
        assertThat(run("import", file.toString()).ended(2).err()).contains("line 2", "cut off");
        assertThat(run("import", file + ".bogus").ended(1).err()).contains(".bogus: there is no such file");
    }

    @Test
    void watchPrintsChanges() throws Exception {
        CompletableFuture<CommandRun> watching = CompletableFuture.supplyAsync(
                () -> run("watch", "--bot", "1", "--json", "--interval", "1s", "--changes", "1"));
        for (int i = 0; !watching.isDone(); i++) { // until the command has scanned once, and has then seen a change
            write(ANN, Mutation.builder().state("Order:STEP" + i));
            TimeUnit.MILLISECONDS.sleep(100);
        }
        JsonNode change = watching.get().ended(0).object();
        assertThat(change.path("key").textValue()).isEqualTo("1:10:10");
        assertThat(change.path("to").textValue()).startsWith("Order:STEP");
    }

    @Test
    void migrateWorksWhereAiogramDoes() {
        int status = switch (kind) {
            case REDIS_SERVER, REDIS_SENTINEL -> 0;
            case REDIS_CLUSTER -> 1;
            case SQLITE, POSTGRESQL -> 2;
        };
        CommandRun.of(store.migrationEnvironment(), "migrate", "--bot", "1", "--dry-run")
                .ended(status);
    }

    @Test
    void checkNamesStatesThatABuildDoesNotKnow() {
        run("check").ended(0);
        run("check", "--states", "Order:SIZE,Order:ADDRESS").ended(0);
        CommandRun found = run("check", "--states", "Order:SIZE,Order:DONE").ended(3);
        assertThat(found.out()).contains("1:-20:11: state: ", "Order:ADDRESS", "conversations checked: 2; problems: 1");
        List<JsonNode> lines =
                run("check", "--json", "--states", "Order:SIZE").ended(3).json();
        assertThat(lines.get(0).path("key").textValue()).isEqualTo("1:-20:11");
        assertThat(lines.get(1).path("problems").longValue()).isEqualTo(1);
    }

    @Test
    void deadLettersAreListedReplayedAndDropped() {
        bury("a", ANN);
        bury("b", BOB);
        UpdateInbox inbox = bury("c", BOB);
        List<JsonNode> dead =
                run("dead-letters", "list", "--bot", "1", "--json").ended(0).json();
        assertThat(dead).extracting(each -> each.path("update").textValue()).containsExactly("a", "b", "c");
        assertThat(dead.get(0).path("key").textValue()).isEqualTo("1:10:10");
        assertThat(dead.get(0).path("reason").textValue()).isEqualTo("failed 5 times");
        assertThat(run("dead-letters", "list", "--bot", "1").ended(0).out()).doesNotContain("secret");
        assertThat(run("dead-letters", "list", "--bot", "1", "--json", "--values")
                        .out())
                .contains("secret");

        String first = dead.get(0).path("position").asText();
        run("dead-letters", "replay", "--bot", "1", first).ended(0);
        assertThat(inbox.counts(1).waiting()).isEqualTo(1);
        assertThat(run("dead-letters", "replay", "--bot", "1", first).ended(3).out())
                .contains("there is no dead letter " + first);
        assertThat(run("dead-letters", "replay", "--bot", "1", "--all").ended(2).err())
                .contains("Dead letters of bot 1 to replay: 2.");
        assertThat(run("dead-letters", "drop", "--bot", "1", "--all").ended(2).err())
                .contains("Dead letters of bot 1 to drop: 2.");
        run("dead-letters", "drop", "--bot", "1").ended(2);
        run("dead-letters", "drop", "--bot", "1", "8", "9", "--yes").ended(3);
        assertThat(inbox.counts(1).dead()).isEqualTo(2);
        run("dead-letters", "drop", "--bot", "1", "--all", "--yes").ended(0);
        assertThat(inbox.counts(1).dead()).isZero();
    }

    @Test
    void aLockIsShownAndReleased() {
        assertThat(lock("status", "--json").ended(0).object().path("held").booleanValue())
                .isFalse();
        lock("release", "--yes").ended(3);
        Claim claim = new Claim("owner-1", "host-a 4711 1700000000000");
        try (LeaseStore leases = store.leases()) {
            leases.acquire(new LeaseRequest("pizza", claim, Duration.ofSeconds(60), 0, Fences.KEPT))
                    .toCompletableFuture()
                    .join();
        }
        String token = lock("status", "--json").object().path("fencingToken").asText();
        assertThat(lock("status").ended(0).out())
                .contains("process 4711 on host-a", "2023-11-14T22:13:20Z", "fencing token\t" + token);
        lock("release", "--yes", "--if-token", "1").ended(4);
        assertThat(lock("release", "--if-token", token).ended(2).err()).contains("stays active until its next renewal");
        assertThat(lock("status", "--json").object().path("held").booleanValue())
                .isTrue();
        lock("release", "--yes", "--if-token", token).ended(0);
        assertThat(lock("status", "--json").object().path("held").booleanValue())
                .isFalse();
    }

    private static CommandRun lock(String command, String... options) {
        return CommandRun.of(
                store.lockEnvironment(),
                Stream.concat(Stream.of("lock", command, "pizza"), Stream.of(options))
                        .toArray(String[]::new));
    }
}
