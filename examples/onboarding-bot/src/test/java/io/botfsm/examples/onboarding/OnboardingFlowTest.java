package io.botfsm.examples.onboarding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.botfsm.Fsm;
import io.botfsm.json.UnreadableDataException;
import io.botfsm.memory.MemoryStateStorage;
import io.botfsm.storage.EventId;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StorageKey;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OnboardingFlowTest {
    private static final String START_HINT = "Send /start, and I shall get to know you.";
    private static final String NAME_QUESTION = "What is your name?";
    private static final String AGE_QUESTION = "Nice to meet you, Alice. What is your age?";
    private static final String AGE_REMARK = "I need a whole number from 1 to 120.";
    private static final String CITY_QUESTION = "Which city do you live in?";
    private static final String INTERESTS_QUESTION =
            "What are your interests? One a message, and \"done\" after the last.";
    private static final String CONFIRM_QUESTION =
            "You are Alice, 31, from Paris, interested in chess, tea. Is that right, yes or no?";
    private static final String CHAT = "How is life in Paris, Alice?";

    private final MemoryStateStorage storage = new MemoryStateStorage();
    private final Fsm fsm = OnboardingFlow.FLOW.fsm(storage);
    private final StorageKey key = StorageKey.bot("onboarding").chat(1).user(1).build();
    private long lastEvent;

    @AfterEach
    void close() {
        storage.close();
    }

    @Nested
    class Choices {
        @Test
        void areThoseOfTheQuestion() {
            assertThat(choices("/start")).isEmpty();
            assertThat(choices("Alice")).isEmpty();
            assertThat(choices("31")).isEmpty();
            assertThat(choices("Paris")).contains("chess", "tea").doesNotContain("done");
            assertThat(choices("chess")).contains("tea", "done").doesNotContain("chess");
            assertThat(choices("done")).containsExactly("yes", "no");
            assertThat(choices("yes")).isEmpty();
        }

        @Test
        void countForTheirQuestionOnly() {
            List.of("/start", "Alice", "31").forEach(OnboardingFlowTest.this::send);
            assertThat(choose("chess", Onboarding.INTERESTS))
                    .containsExactly("That was an answer to an earlier question.", CITY_QUESTION);
            List.of("Paris", "chess", "tea").forEach(OnboardingFlowTest.this::send);
            assertThat(choose("done", Onboarding.INTERESTS)).containsExactly(CONFIRM_QUESTION);
        }

        private List<String> choices(String text) {
            List<Reply> replies = handle(key, ++lastEvent, Input.typed(text));
            return replies.get(replies.size() - 1).choices();
        }

        private List<String> choose(String choice, Onboarding state) {
            return texts(handle(key, ++lastEvent, new Input(choice, Optional.of("Onboarding:" + state))));
        }
    }

    @Nested
    class TheUsualWay {
        @Test
        void asksOneQuestionAfterTheOtherAndThenChats() {
            assertThat(send("/start")).containsExactly("Welcome!", NAME_QUESTION);
            assertThat(send("Alice")).containsExactly(AGE_QUESTION);
            assertThat(send("31")).containsExactly(CITY_QUESTION);
            assertThat(send("Paris")).containsExactly(INTERESTS_QUESTION);
            assertThat(send("chess")).containsExactly("Your interests so far: chess. Another one, or \"done\"?");
            assertThat(send("tea")).containsExactly("Your interests so far: chess, tea. Another one, or \"done\"?");
            assertThat(send("done")).containsExactly(CONFIRM_QUESTION);
            assertThat(send("yes")).containsExactly("Thank you, that is all I wanted to know.", CHAT);
            assertThat(send("Quite nice.")).containsExactly(CHAT);
        }

        @Test
        void storesEachAnswerAsAnEntryOfItsOwn() {
            sendAll("/start", "Alice", "31", "Paris", "chess", "tea");

            assertThat(stored().data())
                    .containsEntry("Onboarding:name", "\"Alice\"")
                    .containsEntry("Onboarding:age", "31")
                    .containsEntry("Onboarding:city", "\"Paris\"")
                    .containsEntry("Onboarding:interests", "[\"chess\",\"tea\"]")
                    .hasSize(4);
        }

        @Test
        void separateUsersHaveSeparateConversations() {
            StorageKey bob = StorageKey.bot("onboarding").chat(2).user(2).build();
            sendAll("/start", "Alice");

            assertThat(texts(handle(bob, 1, Input.typed("Bob")))).containsExactly(START_HINT);
            assertThat(send("31")).containsExactly(CITY_QUESTION);
        }
    }

    @Nested
    class AnAge {
        @ParameterizedTest
        @ValueSource(strings = {"1", "120", " 31 ", "\t31", "031"})
        void isAWholeNumberWithinBounds(String age) {
            sendAll("/start", "Alice");

            assertThat(send(age)).containsExactly(CITY_QUESTION);
        }

        @ParameterizedTest
        @ValueSource(strings = {"0", "121", "-5", "abc", "31.5", "3 1", "1e2", "99999999999999999999"})
        void isAskedForAgainOtherwiseAndNothingChanges(String age) {
            sendAll("/start", "Alice");
            Snapshot before = stored();

            assertThat(send(age)).containsExactly(AGE_REMARK, AGE_QUESTION);
            assertThat(stored().state()).isEqualTo(before.state()).hasValue("Onboarding:AGE");
            assertThat(stored().data()).isEqualTo(before.data());
        }
    }

    @Nested
    class Interests {
        @Test
        void needAtLeastOne() {
            sendAll("/start", "Alice", "31", "Paris");

            assertThat(send("done")).containsExactly("I need at least one.", INTERESTS_QUESTION);
            assertThat(stored().state()).hasValue("Onboarding:INTERESTS");
        }

        @ParameterizedTest
        @ValueSource(strings = {"done", "Done", " DONE "})
        void endWithDone(String done) {
            sendAll("/start", "Alice", "31", "Paris", "chess", "tea");

            assertThat(send(done)).containsExactly(CONFIRM_QUESTION);
        }

        @Test
        void countOnce() {
            sendAll("/start", "Alice", "31", "Paris", "chess", "tea", "chess");

            assertThat(send("done")).containsExactly(CONFIRM_QUESTION);
        }

        @Test
        void endAtTwenty() {
            sendAll("/start", "Alice", "31", "Paris");
            IntStream.rangeClosed(1, 19).forEach(i -> send("interest " + i));
            assertThat(stored().state()).hasValue("Onboarding:INTERESTS");

            assertThat(send("interest 20")).first().isEqualTo("That is plenty.");
            assertThat(stored().state()).hasValue("Onboarding:CONFIRM");
        }
    }

    @Nested
    class TheConfirmation {
        @ParameterizedTest
        @ValueSource(strings = {"yes", "Yes", " YES "})
        void leadsToChatting(String yes) {
            sendAll("/start", "Alice", "31", "Paris", "chess", "done", yes);

            assertThat(stored().state()).hasValue("Onboarding:CHATTING");
        }

        @Test
        void canBeRefusedWhichBeginsAnew() {
            sendAll("/start", "Alice", "31", "Paris", "chess", "done");

            assertThat(send("No")).containsExactly("Then once more.", NAME_QUESTION);
            sendAll("Alice", "31", "Paris", "chess", "tea");
            assertThat(send("done")).containsExactly(CONFIRM_QUESTION);
        }

        @Test
        void isAskedForAgainAfterAnythingElse() {
            sendAll("/start", "Alice", "31", "Paris", "chess", "tea", "done");

            assertThat(send("maybe")).containsExactly("Please answer yes or no.", CONFIRM_QUESTION);
        }
    }

    @Nested
    class Commands {
        @ParameterizedTest
        @CsvSource({"1, your name.", "2, your age.", "3, your city.", "4, your interests.", "6, your yes or no."})
        void statusShowsWhatIsAwaited(int messages, String awaited) {
            sendFirst(messages);
            String question = send("").get(0);

            assertThat(send("/status")).containsExactly("I am waiting for " + awaited, question);
        }

        @Test
        void statusShowsTheProfileInTheEnd() {
            sendFirst(7);

            assertThat(send("/status"))
                    .containsExactly("You are all set: Alice, 31, from Paris, interested in chess.", CHAT);
        }

        @Test
        void statusWithoutConversationMentionsStart() {
            assertThat(send("/status")).containsExactly(START_HINT);
        }

        @Test
        void cancelForgetsEverything() {
            sendAll("/start", "Alice");

            assertThat(send("/cancel")).containsExactly("Cancelled; I have forgotten what you told me.", START_HINT);
            assertThat(stored().state()).isEmpty();
            assertThat(stored().data()).isEmpty();
            assertThat(send("31")).containsExactly(START_HINT);
        }

        @Test
        void cancelWithoutConversationSaysSo() {
            assertThat(send("/cancel")).containsExactly("There is nothing to cancel.", START_HINT);
        }

        @ParameterizedTest
        @ValueSource(ints = {2, 7})
        void startBeginsAnew(int messages) {
            sendFirst(messages);

            assertThat(send("/start")).containsExactly("Welcome!", NAME_QUESTION);
            assertThat(stored().state()).hasValue("Onboarding:NAME");
            assertThat(stored().data()).isEmpty();
        }

        @ParameterizedTest
        @ValueSource(strings = {"/START", " /start ", "/start payload", "/start@onboarding_bot", "/start@bot payload"})
        void startIsUnderstoodAsMessengersSendIt(String start) {
            assertThat(send(start)).containsExactly("Welcome!", NAME_QUESTION);
        }

        @ParameterizedTest
        @CsvSource({"/foo, /foo", "/foo bar, /foo", "/, /", "/started, /started"})
        void unknownOnesAreAnsweredAndChangeNothing(String text, String shown) {
            sendAll("/start");

            assertThat(send(text))
                    .containsExactly("I do not know " + shown + ", only /start, /status and /cancel.", NAME_QUESTION);
            assertThat(stored().state()).hasValue("Onboarding:NAME");
        }
    }

    @Nested
    class Text {
        @ParameterizedTest
        @ValueSource(strings = {"", "   ", "\t", "\u00a0", "\u0000"})
        void thatIsBlankIsMetByTheCurrentQuestion(String blank) {
            assertThat(send(blank)).containsExactly(START_HINT);
            sendAll("/start", "Alice");

            assertThat(send(blank)).containsExactly(AGE_QUESTION);
        }

        @Test
        void withoutConversationIsToldAboutStart() {
            assertThat(send("hello")).containsExactly(START_HINT);
            assertThat(stored().state()).isEmpty();
        }

        @Test
        void isTidied() {
            sendAll("/start", " \u2003Mary \t Ann\u001b[31m\u009b");

            assertThat(stored().data()).containsEntry("Onboarding:name", "\"Mary Ann [31m\"");
        }

        @ParameterizedTest
        @CsvSource({"1, 100", "3, 100", "4, 50"})
        void mayHaveSoManyCharactersWhereItIsKept(int messages, int longest) {
            sendFirst(messages);
            Snapshot before = stored();
            List<String> question = send("");

            assertThat(send("😀".repeat(longest + 1)))
                    .containsExactly(
                            "That is too long for me; " + longest + " characters at most, please.", question.get(0));
            assertThat(stored().data()).isEqualTo(before.data());
            assertThat(send("😀".repeat(longest))).hasSize(1).doesNotContainAnyElementsOf(question);
        }

        @Test
        void mayHaveAnyLengthWhereItIsNotKept() {
            String text = "a".repeat(100_000);
            assertThat(send(text)).containsExactly(START_HINT);
            sendAll("/start", "Alice");
            assertThat(send(text)).containsExactly(AGE_REMARK, AGE_QUESTION);
            sendAll("31", "Paris", "chess", "tea", "done");
            assertThat(send(text)).containsExactly("Please answer yes or no.", CONFIRM_QUESTION);
            sendAll("yes");
            assertThat(send(text)).containsExactly(CHAT);
            assertThat(send("/" + text))
                    .containsExactly("I do not know /" + "a".repeat(30) + "…, only /start, /status and /cancel.", CHAT);
        }
    }

    @Nested
    class ARepeatedDelivery {
        @Test
        void isMetByTheCurrentQuestionAndChangesNothing() {
            sendAll("/start", "Alice");
            long version = stored().version();

            assertThat(sendAgain("Alice")).containsExactly(AGE_QUESTION);
            assertThat(sendAgain("Alice")).containsExactly(AGE_QUESTION);
            assertThat(stored().version()).isEqualTo(version);
        }

        @Test
        void ofACancelDoesNotCancelTwice() {
            sendAll("/start", "/cancel");

            assertThat(sendAgain("/cancel")).containsExactly(START_HINT);
        }

        @Test
        void ofAStartDoesNotBeginAnew() {
            sendAll("/start");
            long start = lastEvent;
            sendAll("Alice");

            assertThat(texts(handle(key, start, Input.typed("/start")))).containsExactly(AGE_QUESTION);
        }
    }

    @Nested
    class AStoredState {
        @Test
        void ofAFormerNameIsReadAndWrittenUnderTheNewOne() {
            store("Onboarding:HOBBIES");

            assertThat(send("done")).containsExactly("I need at least one.", INTERESTS_QUESTION);
            sendAll("chess", "done", "no");
            assertThat(stored().state()).hasValue("Onboarding:NAME");
        }

        @Test
        void thatNobodyKnowsLocksNobodyOut() {
            store("Onboarding:SHOE_SIZE");

            assertThat(send("44")).containsExactly("Sorry, I have lost the thread.", START_HINT);
            assertThat(stored().state()).hasValue("Onboarding:SHOE_SIZE");
            assertThat(send("/start")).containsExactly("Welcome!", NAME_QUESTION);
        }

        @Test
        void withTheDataOfAFormerVersionGoesOn() {
            store(Mutation.builder()
                    .state("Onboarding:CITY")
                    .put("name", "\"Alice\"")
                    .put("age", "31"));

            sendAll("Paris", "chess", "tea");
            assertThat(send("done")).containsExactly(CONFIRM_QUESTION);
            assertThat(stored().data()).doesNotContainKeys("name", "age");
        }

        @ParameterizedTest
        @ValueSource(strings = {"age", "Onboarding:age"})
        void withDataThatCannotBeReadLocksNobodyOut(String entry) {
            store(Mutation.builder().state("Onboarding:INTERESTS").put(entry, "\"thirty\""));

            assertThatThrownBy(() -> send("chess")).isInstanceOf(UnreadableDataException.class);
            assertThat(send("/start")).containsExactly("Welcome!", NAME_QUESTION);
            assertThat(send("Alice")).hasSize(1);
        }
    }

    private void sendFirst(int messages) {
        List.of("/start", "Alice", "31", "Paris", "chess", "done", "yes")
                .subList(0, messages)
                .forEach(this::send);
    }

    private void sendAll(String... texts) {
        List.of(texts).forEach(this::send);
    }

    private List<String> send(String text) {
        lastEvent++;
        return sendAgain(text);
    }

    private List<String> sendAgain(String text) {
        return texts(handle(key, lastEvent, Input.typed(text)));
    }

    private List<Reply> handle(StorageKey of, long event, Input input) {
        return OnboardingFlow.FLOW.handle(fsm, of, EventId.of(event), input);
    }

    private static List<String> texts(List<Reply> replies) {
        return replies.stream().map(Reply::text).toList();
    }

    private Snapshot stored() {
        return storage.read(key).toCompletableFuture().join();
    }

    private void store(String state) {
        store(Mutation.builder().state(state));
    }

    private void store(Mutation.Builder write) {
        storage.write(key, write.build()).toCompletableFuture().join();
    }
}
