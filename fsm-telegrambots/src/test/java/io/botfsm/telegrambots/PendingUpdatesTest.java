package io.botfsm.telegrambots;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.inbox.InboxUpdate;
import io.botfsm.storage.inbox.WaitingUpdate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.telegram.telegrambots.meta.api.objects.Update;

class PendingUpdatesTest {
    private static final OptionalLong NONE = OptionalLong.empty();

    /** An update of user id modulo 10. */
    private static ReceivedUpdate received(long id) {
        Update update = new Update();
        update.setUpdateId((int) id);
        return new ReceivedUpdate(id, JsonNodeFactory.instance.objectNode(), Optional.of(update), Optional.empty());
    }

    private static List<ReceivedUpdate> received(long... ids) {
        return LongStream.of(ids).mapToObj(PendingUpdatesTest::received).toList();
    }

    private static Optional<StorageKey> key(Update update) {
        long user = update.getUpdateId() % 10;
        return Optional.of(StorageKey.bot(7).chat(user).user(user).build());
    }

    private final PendingUpdates updates =
            new PendingUpdates(PendingUpdatesTest::key, Duration.ofSeconds(30), Optional.empty());

    private List<PendingUpdate> admit(OptionalLong asked, long... ids) {
        updates.admit(asked, received(ids), 0);
        return updates.takeDue(0);
    }

    @Test
    void confirmsNothingBeforeTheFirstUpdate() {
        assertThat(updates.offset()).isEmpty();
        assertThat(updates.isIdle()).isTrue();
    }

    private static ReceivedUpdate written(long id, long chat, String content) {
        String json = String.format(
                Locale.ROOT,
                "{\"update_id\":%d,\"message\":{\"message_id\":1,\"date\":1,"
                        + "\"chat\":{\"id\":%d,\"type\":\"group\"},%s}}",
                id,
                chat,
                content);
        try {
            Update update = new ObjectMapper().readValue(json, Update.class);
            return new ReceivedUpdate(id, JsonNodeFactory.instance.objectNode(), Optional.of(update), Optional.empty());
        } catch (java.io.IOException e) {
            throw new IllegalArgumentException(json, e);
        }
    }

    private List<Long> due() {
        return updates.takeDue(0).stream().map(PendingUpdate::id).toList();
    }

    /** Whichever conversations the updates belong to. */
    @Test
    void aMigrationWaitsForBothChatsAndBothWaitForIt() {
        String text = "\"text\":\"a\"";
        List<ReceivedUpdate> received = List.of(
                written(10, -1, text),
                written(11, -2, text),
                written(12, -1, "\"migrate_to_chat_id\":-2"),
                written(13, -1, text),
                written(14, -2, text),
                written(15, -3, text),
                written(16, -2, "\"migrate_from_chat_id\":-1"),
                written(17, -2, text));
        updates.admit(NONE, received, 0);
        List<PendingUpdate> first = updates.takeDue(0);
        assertThat(first).extracting(PendingUpdate::id).containsExactly(10L, 11L, 15L);
        updates.begin(first.get(0), true, 0);
        updates.done(first.get(0));
        assertThat(due()).isEmpty();
        updates.begin(first.get(1), true, 0);
        updates.retryAt(first.get(1), 5);
        assertThat(due()).as("it is to be repeated").isEmpty();
        List<PendingUpdate> again = updates.takeDue(5);
        updates.done(again.get(0));

        List<PendingUpdate> migration = updates.takeDue(5);
        assertThat(migration).extracting(PendingUpdate::id).containsExactly(12L);
        updates.done(migration.get(0));
        List<PendingUpdate> behind = updates.takeDue(5);
        assertThat(behind).extracting(PendingUpdate::id).containsExactly(13L, 14L);
        behind.forEach(updates::done);
        List<PendingUpdate> second = updates.takeDue(5);
        assertThat(second).extracting(PendingUpdate::id).containsExactly(16L);
        updates.done(second.get(0));
        assertThat(updates.takeDue(5)).extracting(PendingUpdate::id).containsExactly(17L);
    }

    @Test
    void confirmsUpToTheLowestThatIsNotDone() {
        List<PendingUpdate> pending = admit(NONE, 11, 12, 13);
        assertThat(updates.offset()).hasValue(11);

        pending.forEach(update -> updates.begin(update, true, 0));
        updates.done(pending.get(1));
        assertThat(updates.offset()).hasValue(11);
        updates.done(pending.get(0));
        assertThat(updates.offset()).hasValue(13);
        updates.done(pending.get(2));
        assertThat(updates.offset()).hasValue(14);
        assertThat(updates.isIdle()).isTrue();
    }

    @Test
    void beginsNothingInALimitedChatThoughItWasHandedOverBefore() throws Exception {
        updates.admit(NONE, List.of(inGroup(11), inGroup(12)), 0);
        List<PendingUpdate> pending = updates.takeDue(0);
        assertThat(updates.begin(pending.get(0), true, 0)).isTrue();
        Duration wait = Duration.ofSeconds(2);
        updates.limit(pending.get(0), 0, wait, false);

        assertThat(updates.begin(pending.get(1), true, 0)).isFalse();
        assertThat(updates.takeDue(wait.toNanos() - 1)).isEmpty();
        assertThat(updates.takeDue(wait.toNanos())).isEqualTo(pending);
        assertThat(updates.begin(pending.get(1), true, 0)).isTrue();
    }

    /** An executor may run a task that it has rejected, although the update is handed over again. */
    @Test
    void beginsOnceForEachTimeItIsHandedOver() {
        PendingUpdate update = admit(NONE, 11).get(0);
        updates.retryAt(update, 0);
        assertThat(updates.begin(update, true, 0)).as("refused").isFalse();
        assertThat(updates.takeDue(0)).containsExactly(update);

        assertThat(updates.begin(update, false, 0)).as("without the lease").isFalse();
        assertThat(updates.takeDue(0)).containsExactly(update);
        assertThat(updates.begin(update, true, 0)).isTrue();
        assertThat(updates.begin(update, true, 0)).as("beside itself").isFalse();
        updates.done(update);
        assertThat(updates.begin(update, true, 0)).as("once it is done").isFalse();
        assertThat(updates.offset()).hasValue(12);
    }

    private static ReceivedUpdate inGroup(long id) throws Exception {
        return ReceivedUpdate.of(new ObjectMapper()
                .readTree("{\"update_id\": " + id
                        + ", \"message\": {\"chat\": {\"id\": -100, \"type\": \"supergroup\", \"title\": \"G\"}}}"));
    }

    @Test
    void takesNothingTwiceBeforeItIsConfirmed() {
        List<PendingUpdate> pending = admit(NONE, 11, 12);
        updates.begin(pending.get(1), true, 0);
        updates.done(pending.get(1));

        assertThat(admit(OptionalLong.of(11), 11, 12)).isEmpty();
        updates.begin(pending.get(0), true, 0);
        updates.done(pending.get(0));
        assertThat(admit(OptionalLong.of(13))).isEmpty();
        assertThat(updates.offset()).hasValue(13);
    }

    @Test
    void holdsBackWhatComesAfterAFailureInTheSameConversation() {
        List<PendingUpdate> pending = admit(NONE, 11, 12, 21, 31);
        assertThat(pending).extracting(PendingUpdate::id).containsExactly(11L, 12L);
        assertThat(updates.begin(pending.get(0), true, 0)).isTrue();
        updates.retryAt(pending.get(0), 100);

        assertThat(updates.begin(pending.get(1), true, 0)).isTrue();
        updates.done(pending.get(1));
        assertThat(updates.takeDue(99)).isEmpty();
        assertThat(updates.nextDue(99)).hasValue(1);
        assertThat(updates.offset()).hasValue(11);

        for (long next : new long[] {11, 21, 31}) {
            List<PendingUpdate> due = updates.takeDue(100);
            assertThat(due).extracting(PendingUpdate::id).containsExactly(next);
            assertThat(updates.takeDue(100)).isEmpty();
            assertThat(updates.begin(due.get(0), true, 0)).isTrue();
            updates.done(due.get(0));
        }
    }

    /** Telegram begins at lower ids while a handler still runs. */
    @Test
    void nothingBeginsBesideAHandlerWhoseUpdateIsGone() throws Exception {
        PendingUpdate running = admit(NONE, 1001).get(0);
        assertThat(updates.begin(running, true, 0)).isTrue();
        assertThat(admit(OptionalLong.of(1002), 11)).isEmpty();
        assertThat(updates.awaitQuiet(0)).isFalse();
        updates.done(running);
        assertThat(updates.takeDue(0)).extracting(PendingUpdate::id).containsExactly(11L);
    }

    @Test
    void followsIdsThatBeginAnewLower() {
        admit(NONE, 1001).forEach(update -> {
            updates.begin(update, true, 0);
            updates.done(update);
        });
        assertThat(updates.offset()).hasValue(1002);

        List<PendingUpdate> lower = admit(OptionalLong.of(1002), 17, 18);
        assertThat(lower).extracting(PendingUpdate::id).containsExactly(17L, 18L);
        assertThat(updates.offset()).hasValue(17);
        lower.forEach(update -> {
            updates.begin(update, true, 0);
            updates.done(update);
        });
        assertThat(updates.offset()).hasValue(19);
    }

    @Test
    void beginsNothingWhenItIsClosed() {
        List<PendingUpdate> pending = admit(NONE, 11, 12);
        assertThat(updates.begin(pending.get(0), true, 0)).isTrue();
        updates.close();
        assertThat(updates.begin(pending.get(1), true, 0)).isFalse();
    }

    /** Many successes must not cause many calls to a failing backend. */
    @Test
    void whatMayBeAnOutageIsNotTriedAgainWithEachSuccess() {
        List<PendingUpdate> pending = admit(NONE, 11, 12, 13);
        updates.begin(pending.get(0), true, 0);
        assertThat(updates.suspected(pending.get(0), 0).isOwn()).isFalse();
        updates.retryIn(pending.get(0), 0, Duration.ofSeconds(5));
        for (PendingUpdate other : pending.subList(1, 3)) {
            updates.begin(other, true, 0);
            updates.handled(other, Duration.ofMillis(50).toNanos());
        }

        assertThat(updates.nextDue(0)).hasValue(Duration.ofMillis(200).toNanos());
    }

    @Test
    void isQuietWhenNothingRuns() throws Exception {
        List<PendingUpdate> pending = admit(NONE, 11, 12);
        assertThat(updates.awaitQuiet(0)).isTrue();
        updates.begin(pending.get(0), true, 0);
        assertThat(updates.awaitQuiet(Duration.ofMillis(5).toNanos())).isFalse();
        updates.done(pending.get(0));
        assertThat(updates.awaitQuiet(0)).isTrue();
    }

    /** Telegram may reuse an id after it has started again at a random id. */
    @Test
    void anotherUpdateWithTheIdOfAStoredOneIsNotTakenForIt() throws Exception {
        ReceivedUpdate stored = inGroup(11);
        InboxUpdate inInbox = InboxUpdate.of("11", Optional.empty(), stored.content());
        updates.restore(List.of(WaitingUpdate.of(1, inInbox, Instant.EPOCH)), Instant.EPOCH, 0);
        updates.admit(NONE, List.of(stored), 0);
        List<PendingUpdate> first = updates.takeDue(0);
        assertThat(first).hasSize(1);
        updates.done(first.get(0));
        updates.removed(first);
        assertThat(updates.takeDue(0)).isEmpty();

        updates.admit(NONE, List.of(received(11)), 0);
        assertThat(updates.takeDue(0)).hasSize(1);
    }

    /** An executor may keep an update for a long time before it runs it. */
    @Test
    void whatHasBecomeTooOldSinceItWasHandedOverIsGivenUp() throws Exception {
        Duration age = Duration.ofHours(1);
        PendingUpdates kept = new PendingUpdates(PendingUpdatesTest::key, Duration.ofSeconds(30), Optional.of(age));
        ReceivedUpdate group = inGroup(11);
        InboxUpdate inInbox = InboxUpdate.of("11", Optional.empty(), group.content());
        kept.restore(List.of(WaitingUpdate.of(1, inInbox, Instant.EPOCH)), Instant.EPOCH, 0);
        kept.admit(NONE, List.of(inGroup(21)), 0);
        PendingUpdate update = kept.takeDue(0).get(0);
        assertThat(kept.begin(update, true, age.toNanos())).isFalse();

        List<PendingUpdate> due = kept.takeDue(age.toNanos());
        assertThat(due)
                .extracting(PendingUpdate::id)
                .as("the next one waits no more")
                .containsExactly(11L, 21L);
        assertThat(update.failure()).isPresent();
        assertThat(kept.begin(update, true, age.toNanos())).isTrue();
    }

    /** A server and handlers that fail at random: each update is done once, in order, and confirmed only then. */
    @RepeatedTest(50)
    void losesAndDoublesNothing(RepetitionInfo repetition) {
        Random random = new Random(repetition.getCurrentRepetition());
        TreeMap<Long, Boolean> server = new TreeMap<>(); // done?
        LongStream.range(100, 400).forEach(id -> server.put(id, false));
        TreeMap<Long, Long> lastOfConversation = new TreeMap<>();
        List<PendingUpdate> queue = new java.util.ArrayList<>();
        long now = 0;
        while (!server.isEmpty()) {
            OptionalLong offset = updates.offset();
            offset.ifPresent(lowest -> {
                assertThat(server.headMap(lowest).values()).doesNotContain(false);
                server.headMap(lowest).clear();
            });
            long[] batch = server.keySet().stream()
                    .limit(random.nextInt(1, 30))
                    .mapToLong(id -> id)
                    .toArray();
            updates.admit(offset, received(batch), now);
            queue.addAll(updates.takeDue(now));
            for (int i = random.nextInt(20); i > 0 && !queue.isEmpty(); i--) {
                PendingUpdate update = queue.remove(random.nextInt(queue.size())); // in any order
                if (!updates.begin(update, true, 0)) {
                    continue;
                }
                if (random.nextInt(4) == 0) {
                    updates.retryAt(update, now + random.nextInt(3));
                } else {
                    assertThat(server.put(update.id(), true)).isFalse();
                    Long last = lastOfConversation.put(update.id() % 10, update.id());
                    assertThat(last == null || last == update.id() - 10).isTrue();
                    updates.done(update);
                }
            }
            now++;
        }
        assertThat(updates.isIdle()).isTrue();
    }
}
