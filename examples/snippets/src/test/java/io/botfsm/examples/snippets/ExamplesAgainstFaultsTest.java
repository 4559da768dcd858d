package io.botfsm.examples.snippets;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Each Java example of README and docs, the fault that it is tried against, and the test that tries it. */
class ExamplesAgainstFaultsTest {
    private static final String FAULTS = """
            README.md
            states | FiveLinesTest.fiveLinesGiveABotPersistentState | the process dies after the commit, before the reply
            five-lines | FiveLinesTest.fiveLinesGiveABotPersistentState | the same
            start/quick-start.md
            pizza-bot | QuickStartTest.theWholeProgramTalksAtATerminal | an answer that is none
            quick-states | QuickStartTest.startGetsAUserOutOfWhatThisVersionCannotRead | a state of another version
            quick-handler | QuickStartTest.startGetsAUserOutOfWhatThisVersionCannotRead | data of another version
            quick-fsm | QuickStartTest.theOrderIsTakenStepByStep | an update is redelivered
            quick-strategy | QuickStartTest.aStrategySaysWhoseConversationAnUpdateBelongsTo | an update without a user
            quick-update | QuickStartTest.theOrderIsTakenStepByStep | an update is redelivered
            quick-context | QuickStartTest.anOrderThatIsNotPlacedIsNotReopened | another state than expected
            quick-errors | QuickStartTest.whatWasStoredWithoutAnAnswerIsNotSaidAgain | the answer to the write is lost
            start/README.md
            hello-bot | StartTest.theProgramOfThePageIsCopiedCompiledAndTalkedTo | an answer that is none
            start-test | StartTest$HelloBotTest.aPizzaIsOrdered | a message is redelivered
            start-redis | StartTest.keptOverARestart | the program ends
            start-telegram | StartTest.onTelegram | the bot is stopped
            start/telegram.md
            telegram-runner | TelegramTest.aPizzaIsOrderedWhileRedisIsKilled | Redis is killed
            telegram-question | TelegramTest.buttons | a button of an earlier question
            telegram-buttons | TelegramTest.buttons | the reply cannot be sent
            telegram-handler | TelegramTest.countsOnceWhateverFails | the reply cannot be sent
            telegram-bot | TelegramTest.countsOnceWhateverFails | Redis is killed, Telegram fails
            start/spring-boot.md
            spring-flow | spring-bot:AnyStorageTest.redis | the application ends
            start/other-messengers.md
            ids-counted | OtherMessengersTest.aCountedIdIsRecognized | an event is redelivered
            ids-texts | OtherMessengersTest.aTextIsRecognized | an event is redelivered
            ids-of-a-source | OtherMessengersTest.anotherSourceHasAWindowOfItsOwn | a hundred events of another source
            ids-none | OtherMessengersTest.anotherSourceHasAWindowOfItsOwn | the same event twice
            guides/changing-states-and-data.md
            changing-states | ChangingTest.formerStatesAreRead | states of the version before
            changing-components | ChangingTest.formerComponentsAreReadAndGoWithTheWrite | data of the version before
            changing-versions | ChangingTest.aFormerVersionIsReadAndStoredAsThePresentOne | data of the version before
            changing-types | ChangingTest.aFormerTypeIsConverted | a value of another type
            changing-generics | ChangingTest.aListIsReadAsItsItems | a type that its values do not tell
            changing-way-out | ChangingTest.startIsAWayOutOfAnUnknownState | a state that is unknown
            guides/databases.md
            database | DatabasesTest.conversationsOutliveTheProgram | the program ends
            database-lock | DatabasesTest.aLockThatAnotherHoldsIsSeen | another instance
            guides/event-isolation.md
            isolation-in-process | IsolatedUpdatesTest.aFailureIsReportedAndHoldsUpNothing | the storage is closed
            isolation-across | IsolatedUpdatesTest.aFailureAcrossProcessesIsReported | the storage is closed
            guides/flows.md
            flow-pizza | FlowsTest.tested | an update is redelivered
            flow-redis | FlowsTest.keptInRedis | an update is redelivered
            flow-buttons | FlowsTest.aButtonOfAnEarlierQuestionAnswersNothing | a button of an earlier question
            flow-join | FlowsTest.severalFlowsInOneBot | a flow is begun within another
            flow-sub | FlowsTest.aDialogCallsAnother | an update is redelivered
            flow-call | FlowsTest.aDialogCallsAnother | the way back into a call
            flow-work | FlowsTest.workOutsideTheTurn | the answer of another system is lost
            flow-after | FlowsTest.timeouts | a timeout is fired again
            flow-fire | FlowsTest.timeouts | a timeout is fired again
            flow-fire-or | FlowsTest.aTimeoutWithoutAFlow | the deadline is not the flow's
            turn-timeout | FlowsTest.aTimeoutWithoutAFlow | the state is left before
            turn-fire | FlowsTest.aTimeoutWithoutAFlow | the reminder cannot be sent
            flow-rules | FlowsTest.rulesOfTheDeclarations | an undeclared change
            flow-names | FlowsTest.renamed | a state that is unknown
            flow-old-switch | FlowsTest.oneStateAfterAnother | an update is redelivered
            flow-by-hand | FlowsTest.oneStateAfterAnother | an update is redelivered
            guides/groups.md
            telegram-keys | TelegramTest.keysWithoutConnections | an update without a user
            guides/migrating-from-aiogram.md
            aiogram-layout | AiogramTest.whatIsNotAiogramsIsLeftAlone | a value that is not aiogram's
            aiogram-names | AiogramTest.theBotGoesOnWhereTheOtherWas | a state that Python named
            aiogram-migrate | AiogramTest.whatIsNotAiogramsIsLeftAlone | a value that is not aiogram's
            aiogram-take-over | AiogramTest.whatIsNotAiogramsIsLeftAlone | a value that is not aiogram's
            aiogram-recovery | AiogramTest.whatIsNotAiogramsIsLeftAlone | a value that is not aiogram's
            aiogram-side-by-side | AiogramTest.whatIsNotAiogramsIsLeftAlone | a value that is not aiogram's
            guides/recovery.md
            recovery-build | OwnRecoveryTest.whatTheStorageHasForgottenComesBackUnlessItWasCleared | the storage is emptied
            own-recovery | OwnRecoveryTest.whatTheStorageHasForgottenComesBackUnlessItWasCleared | the storage is emptied
            recovery-save | OwnRecoveryTest.whatTheStorageHasForgottenComesBackUnlessItWasCleared | an update is redelivered
            guides/several-bots.md
            several-bots | SeveralBotsTest.theOthersStopWhenOneEnds | one of them ends
            guides/side-effects.md
            database-order | DatabasesTest.aRepeatedUpdateOrdersOnce | a redelivered update
            guides/stack.md
            recommended-stack | StackTest.theRecommendedStack | the storage has lost the conversation
            guides/telegram-replies.md
            telegram-sender | TelegramTest.sendsAtItsPaceAndInParts | a user who has blocked the bot
            guides/telegram-updates.md
            telegram-settings | TelegramTest.countsOnceWhateverFails | another program polls
            telegram-failures | TelegramTest.whatTelegramWillNotSendIsADeadLetterAndConfirmed | 400 to a send
            guides/testing.md
            flow-test | FlowsTest.tested | an unexpected reply
            bot-api-double | HelloBotOnTelegramTest.anOrderGoesOnAfterARestart | a restart, and 429 to a reply
            spring-test | spring-bot:PizzaBotTest.aPizzaIsOrderedOnTelegram | an answer that never comes
            guides/transitions.md
            transition-rules | TransitionsTest.declaredAndRefused | an undeclared change
            transition-listener | TransitionsTest.notified | a write that is refused
            fenced-storage | TransitionsTest.fenced | a stale instance writes
            guides/webhooks.md
            telegram-webhook | TelegramTest.aWebhook | the reply cannot be sent, and the update is redelivered
            telegram-webhook-stop | TelegramTest.aWebhook | the reply cannot be sent, and the update is redelivered
            operate/instance-lock.md
            lock-use | RunUnderLockTest.usedByHandItTellsWhoIsActive | another holds the lock
            lock-loop | JumpingClockTest.theLoopGoesOn | the clock jumps
            lock-bot | JumpingClockTest.theBotHandlesWhatItHasPolledAndConfirmsNothingElse | the clock jumps while it polls
            lock-run | RunUnderLockTest.endsWhenPollingBreaks | polling fails
            lock-framework | RunUnderLockTest.aFrameworkStopsABotThatCouldNotStart | the bot cannot start
            operate/metrics.md
            metrics | MetricsTest.everyPartIsMeasured | a call of the storage that is not counted
            metrics-of-a-telegram-bot | MetricsTest.aWholeBotIsMeasured | a message that is not counted
            observations | MetricsTest.turnsAreObserved | a call of the storage that is not observed
            health | MetricsTest.aBotWithoutItsStorageIsDown | the storage is closed
            operate/operators.md
            find-conversations | OperatorsTest.conversationsAreFound | conversations in other states
            resume-scan | OperatorsTest.aScanGoesOn | the process ends in the middle
            erase-user | OperatorsTest.aUserIsErased | another user's conversations
            move-chat | OperatorsTest.aChatIsMoved | it is called again
            export-import | OperatorsTest.conversationsAreCopied | they are there already
            preflight | OperatorsTest.whatABuildCannotReadIsListed | states that were renamed
            operate/redis.md
            durable-writes | DurableWritesTest.anUpdateIsConfirmedOnceAReplicaHasIt | no replica
            mutual-tls | MutualTlsTest.connectsOnlyWhereBothSidesAreTrusted | a foreign authority, a foreign client
            contribute/writing-a-lease-store.md: all faults of the suite
            own-lease-store | OwnLeaseStoreTest | each rule's
            own-lease-store-test | OwnLeaseStoreTest | each rule's
            contribute/writing-a-storage.md: all faults of the suite
            own-storage | OwnStorageTest | each rule's
            own-storage-test | OwnStorageTest | each rule's
            """;

    private static final Path ROOT = Path.of("..", "..").toAbsolutePath().normalize();
    private static final String SPRING_BOT = "spring-bot:";
    private static final Pattern ROW = Pattern.compile("(?m)^(\\S+) \\| (\\S+) \\| .+$");
    private static final Pattern EXAMPLE = Pattern.compile("<!-- snippet: (\\S+)");

    @Test
    void eachIsTriedAgainstOne() throws Exception {
        Map<String, String> tests = new HashMap<>();
        for (MatchResult row : ROW.matcher(FAULTS).results().toList()) {
            assertThat(tests.put(row.group(1), row.group(2))).as(row.group()).isNull();
        }
        assertThat(new TreeSet<>(tests.keySet())).isEqualTo(examples());
        for (String test : tests.values()) {
            assertThat(exists(test)).as("a test named %s", test).isTrue();
        }
    }

    /** A class without a method stands for all tests that it inherits. */
    private boolean exists(String test) throws Exception {
        if (test.startsWith(SPRING_BOT)) {
            String[] parts = test.substring(SPRING_BOT.length()).split("\\.", 2);
            Path file = ROOT.resolve("examples/spring-bot/src/test/java/com/example/pizza/" + parts[0] + ".java");
            return Files.readString(file).contains("@Test\n    void " + parts[1] + "(");
        }
        int dot = test.indexOf('.');
        String type = dot < 0 ? test : test.substring(0, dot);
        String name = test.substring(dot + 1);
        Class<?> tests = Class.forName(getClass().getPackageName() + "." + type);
        return dot < 0
                || Arrays.stream(tests.getDeclaredMethods())
                        .anyMatch(method -> method.getName().equals(name) && method.isAnnotationPresent(Test.class));
    }

    private static Set<String> examples() throws IOException {
        Set<String> examples = new TreeSet<>();
        try (Stream<Path> docs = Files.walk(ROOT.resolve("docs"))) {
            List<Path> pages = Stream.concat(docs, Stream.of(ROOT.resolve("README.md")))
                    .filter(page -> page.toString().endsWith(".md"))
                    .toList();
            for (Path page : pages) {
                Matcher example = EXAMPLE.matcher(Files.readString(page));
                while (example.find()) {
                    examples.add(example.group(1));
                }
            }
        }
        return examples;
    }
}
