package io.botfsm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.NullNode;
import io.botfsm.json.UnreadableDataException;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.UnknownStateException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The operations outside the handling of events, and the names of states. */
@Timeout(60)
class FsmContextTest {
    private enum Signup {
        NAME,
        AGE
    }

    private enum Survey {
        FIRST
    }

    private static final StorageKey KEY = StorageKey.bot(1).chat(2).user(3).build();

    private final FsmTestStorage storage = new FsmTestStorage();
    private final Fsm fsm = Fsm.builder(storage)
            .states(
                    Signup.class,
                    names -> names.group("Onboarding")
                            .name(Signup.AGE, "YEARS")
                            .formerly("Onboarding:AGE", Signup.AGE)
                            .formerly("Start:NAME", Signup.NAME))
            .states(Survey.class)
            .build();
    private final FsmContext context = fsm.context(KEY);

    @AfterEach
    void close() {
        storage.close();
    }

    @Test
    void everyVerbIsOneWrite() {
        context.setState(Signup.NAME);
        context.updateData("name", "Ada");
        context.updateData(Map.of("age", 36, "city", "Paris"));
        assertThat(storage.stored(KEY).state()).contains("Onboarding:NAME");
        assertThat(storage.stored(KEY).data()).isEqualTo(Map.of("name", "\"Ada\"", "age", "36", "city", "\"Paris\""));
        context.setData(Map.of("only", true));
        assertThat(storage.stored(KEY).data()).isEqualTo(Map.of("only", "true"));
        context.clearState();
        assertThat(context.state()).isEmpty();
        assertThat(context.value("only", Boolean.class)).contains(true);
        context.setState("plain");
        assertThat(context.state()).contains("plain");
        context.clear();
        assertThat(storage.stored(KEY).isGone()).isTrue();
        assertThat(storage.writes).hasValue(7);
    }

    @Test
    void aTransitionMovesOnlyFromItsState() {
        assertThat(context.transition(Signup.NAME, Signup.AGE)).isFalse();
        context.setState(Signup.NAME);
        assertThat(context.transition(Signup.NAME, Signup.AGE)).isTrue();
        assertThat(context.state()).contains("Onboarding:YEARS");
        assertThat(context.transition(Signup.NAME, Signup.AGE)).isFalse();
    }

    @Test
    void aFormerNameIsReadAndMovedFromButNeverWritten() {
        storage.apply(KEY, Mutation.builder().state("Start:NAME").build());
        assertThat(context.state(Signup.class)).contains(Signup.NAME);
        assertThat(context.transition(Signup.NAME, Signup.AGE)).isTrue();
        assertThat(context.state()).contains("Onboarding:YEARS");
    }

    @Test
    void aStateOfAnotherRegisteredGroupIsEmptyAndAnUnknownOneIsAnError() {
        context.setState(Survey.FIRST);
        assertThat(context.state(Signup.class)).isEmpty();
        assertThat(context.state(Survey.class)).contains(Survey.FIRST);
        context.setState("Onboarding:GONE");
        assertThatExceptionOfType(UnknownStateException.class)
                .isThrownBy(() -> context.state(Signup.class))
                .satisfies(e -> assertThat(e.state()).isEqualTo("Onboarding:GONE"));
        assertThat(context.read().snapshot().state()).contains("Onboarding:GONE");
    }

    @Test
    void unregisteredGroupsAndDoubleNamesAreRefused() {
        assertThatThrownBy(() -> context.setState(Thread.State.NEW))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("java.lang.Thread$State");
        assertThatThrownBy(() -> context.state(Thread.State.class)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Fsm.builder(storage)
                        .states(Survey.class)
                        .states(Signup.class, names -> names.group("Survey").name(Signup.AGE, "FIRST")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Survey:FIRST");
        assertThatThrownBy(() -> Fsm.builder(storage).states(Survey.class, names -> names.group("a:b")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("a:b");
        assertThat(storage.writes).hasValue(0);
    }

    @Test
    void updateSumsExactlyUnderContention() throws Exception {
        int threads = 8;
        int each = 50;
        List<Thread> writers = IntStream.range(0, threads)
                .mapToObj(t -> new Thread(() -> {
                    for (int i = 0; i < each; i++) {
                        fsm.context(KEY)
                                .update(turn -> turn.put(
                                        "count",
                                        turn.value("count", Integer.class).orElse(0) + 1));
                    }
                }))
                .toList();
        writers.forEach(Thread::start);
        for (Thread writer : writers) {
            writer.join();
        }
        assertThat(context.value("count", Integer.class)).contains(threads * each);
    }

    @Test
    void anUpdateThatChangesNothingWritesNothing() {
        String answer = context.update(turn -> "read only");
        assertThat(answer).isEqualTo("read only");
        assertThat(storage.writes).hasValue(0);
    }

    @Test
    void asynchronousOperationsOfOneContextRunInTheirOrder() throws Exception {
        FsmContext.Async async = context.async();
        List<CompletionStage<?>> begun = new ArrayList<>();
        for (int i = 1; i <= 200; i++) {
            int number = i;
            begun.add(async.update(turn -> {
                assertThat(turn.value("last", Integer.class).orElse(0)).isEqualTo(number - 1);
                return turn.put("last", number);
            }));
        }
        Conversation after = async.read().toCompletableFuture().get(20, TimeUnit.SECONDS);
        assertThat(after.value("last", Integer.class)).contains(200);
        for (CompletionStage<?> operation : begun) {
            operation.toCompletableFuture().get(1, TimeUnit.SECONDS);
        }
    }

    @Test
    void aFailedAsynchronousOperationDoesNotHoldUpTheNext() throws Exception {
        CompletableFuture<Object> failed = context.async()
                .<Object>update(turn -> {
                    throw new IllegalStateException("mine");
                })
                .toCompletableFuture();
        context.async()
                .update(turn -> turn.put("after", 1))
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);
        assertThat(failed).isCompletedExceptionally();
        assertThat(context.value("after", Integer.class)).contains(1);
    }

    @Test
    void whatIsUnreadableIsNamedWithConversationAndEntryButNeverItsValue() {
        storage.apply(KEY, Mutation.builder().put("age", "\"secret\"").build());
        assertThatExceptionOfType(UnreadableDataException.class)
                .isThrownBy(() -> context.value("age", Integer.class))
                .satisfies(e -> {
                    assertThat(e.key()).contains(KEY);
                    assertThat(e.field()).isEqualTo("age");
                    assertThat(e).hasMessageContaining("bot=1 chat=2 user=3").hasMessageContaining("\"age\"");
                    assertThat(e.toString()).doesNotContain("secret");
                    assertThat(e).hasNoCause();
                });
        assertThat(context.read().toString()).contains("age").doesNotContain("secret");
    }

    @Test
    void messagesAboutAnotherVersionsDataNameTheRemedy() {
        storage.apply(
                KEY,
                Mutation.builder().state("Signup:GONE").put("age", "\"secret\"").build());
        record Aged(int age) {}
        record Newer(int age, int years) {}
        assertThatThrownBy(() -> context.state(Signup.class)).hasMessageContaining("formerly(\"Signup:GONE\"");
        assertThatThrownBy(() -> context.data(Aged.class))
                .hasMessageContaining("not of type int")
                .hasMessageContaining("former type")
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("secret"));
        assertThatThrownBy(() -> context.data(Newer.class)).hasMessageContainingAll("@JsonAlias", "nullable type");
        context.setState("AGE");
        assertThatThrownBy(() -> context.state(Signup.class))
                .hasMessageContaining("set as text")
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("formerly"));
    }

    @Test
    void aFormerNameWithoutItsGroupIsRefused() {
        assertThatThrownBy(() -> Fsm.builder(storage)
                        .states(Signup.class, names -> names.group("Onboarding").formerly("FIRST", Signup.NAME)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("\"Onboarding:FIRST\"");
    }

    @Test
    void aNullValueIsRefusedWhereverItIsWritten() {
        Map<String, Object> patch = new HashMap<>();
        patch.put("x", null);
        for (ThrowingCallable write : List.<ThrowingCallable>of(
                () -> context.updateData("x", null),
                () -> context.updateData(patch),
                () -> context.setData(patch),
                () -> context.update(turn -> turn.put("x", null)),
                () -> fsm.handle(KEY, 1, turn -> turn.put("x", null)))) {
            assertThatThrownBy(write)
                    .isInstanceOf(NullPointerException.class)
                    .hasMessageContaining("data entry \"x\" is null")
                    .hasMessageContaining("remove(\"x\")");
        }
        assertThatThrownBy(() -> context.updateData("x", NullNode.getInstance()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("remove(\"x\")");
        assertThat(storage.writes).hasValue(0);
    }
}
