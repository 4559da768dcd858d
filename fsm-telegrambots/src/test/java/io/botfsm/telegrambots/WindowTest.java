package io.botfsm.telegrambots;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.botfsm.storage.StorageKey;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.telegram.telegrambots.meta.api.objects.Update;

class WindowTest {
    private static final OptionalLong NONE = OptionalLong.empty();

    /** An update of user id modulo 10. */
    private static Received received(long id) {
        Update update = new Update();
        update.setUpdateId((int) id);
        return new Received(id, JsonNodeFactory.instance.objectNode(), Optional.of(update), Optional.empty());
    }

    private static List<Received> received(long... ids) {
        return LongStream.of(ids).mapToObj(WindowTest::received).toList();
    }

    private static Placement place(Received received) {
        long user = received.id() % 10;
        StorageKey key = StorageKey.bot(7).chat(user).user(user).build();
        return new Placement(Optional.of(key), Optional.of(user), Optional.empty());
    }

    private final Window window = new Window(WindowTest::place, Duration.ofSeconds(30));

    private List<Entry> admit(OptionalLong asked, long... ids) {
        window.admit(asked, received(ids), 0);
        return window.due(0);
    }

    @Test
    void confirmsNothingBeforeTheFirstUpdate() {
        assertThat(window.offset()).isEmpty();
        assertThat(window.isIdle()).isTrue();
    }

    @Test
    void confirmsUpToTheLowestThatIsNotDone() {
        List<Entry> entries = admit(NONE, 11, 12, 13);
        assertThat(window.offset()).hasValue(11);

        entries.forEach(window::begin);
        window.done(entries.get(1));
        assertThat(window.offset()).hasValue(11);
        window.done(entries.get(0));
        assertThat(window.offset()).hasValue(13);
        window.done(entries.get(2));
        assertThat(window.offset()).hasValue(14);
        assertThat(window.isIdle()).isTrue();
    }

    @Test
    void beginsNothingInALimitedChatThoughItWasSubmittedBefore() {
        Window group = new Window(
                update -> new Placement(place(update).key(), Optional.of(-100L), Optional.empty()),
                Duration.ofSeconds(30));
        group.admit(NONE, received(11, 12), 0);
        List<Entry> entries = group.due(0);
        assertThat(group.begin(entries.get(0))).isTrue();
        Duration wait = Duration.ofSeconds(2);
        group.limit(entries.get(0), 0, wait);

        assertThat(group.begin(entries.get(1))).isFalse();
        assertThat(group.due(wait.toNanos() - 1)).isEmpty();
        assertThat(group.due(wait.toNanos())).isEqualTo(entries);
        assertThat(group.begin(entries.get(1))).isTrue();
    }

    @Test
    void takesNothingTwiceBeforeItIsConfirmed() {
        List<Entry> entries = admit(NONE, 11, 12);
        window.begin(entries.get(1));
        window.done(entries.get(1));

        assertThat(admit(OptionalLong.of(11), 11, 12)).isEmpty();
        window.begin(entries.get(0));
        window.done(entries.get(0));
        assertThat(admit(OptionalLong.of(13))).isEmpty();
        assertThat(window.offset()).hasValue(13);
    }

    @Test
    void holdsBackWhatComesAfterAFailureInTheSameConversation() {
        List<Entry> entries = admit(NONE, 11, 12, 21, 31);
        window.begin(entries.get(0));
        window.again(entries.get(0), 100);

        assertThat(window.begin(entries.get(2))).isFalse();
        assertThat(window.begin(entries.get(1))).isTrue();
        window.done(entries.get(1));
        assertThat(window.due(99)).isEmpty();
        assertThat(window.offset()).hasValue(11);

        assertThat(window.due(100)).extracting(Entry::id).containsExactly(11L, 21L);
        assertThat(window.begin(entries.get(3))).isFalse(); // submitted before, and earlier ones are not done yet
        assertThat(window.begin(entries.get(0))).isTrue();
        window.done(entries.get(0));
        assertThat(window.begin(entries.get(2))).isTrue();
        window.done(entries.get(2));
        assertThat(window.due(100)).extracting(Entry::id).containsExactly(31L);
    }

    @Test
    void followsIdsThatBeginAnewLower() {
        admit(NONE, 1001).forEach(entry -> {
            window.begin(entry);
            window.done(entry);
        });
        assertThat(window.offset()).hasValue(1002);

        List<Entry> lower = admit(OptionalLong.of(1002), 17, 18);
        assertThat(lower).extracting(Entry::id).containsExactly(17L, 18L);
        assertThat(window.offset()).hasValue(17);
        lower.forEach(entry -> {
            window.begin(entry);
            window.done(entry);
        });
        assertThat(window.offset()).hasValue(19);
    }

    @Test
    void beginsNothingWhenItIsClosed() {
        List<Entry> entries = admit(NONE, 11, 12);
        assertThat(window.begin(entries.get(0))).isTrue();
        window.close();
        assertThat(window.begin(entries.get(1))).isFalse();
    }

    /** Many successes must not make many calls to a backend that is in trouble. */
    @Test
    void whatMayBeAnOutageIsNotTriedAgainWithEachSuccess() {
        List<Entry> entries = admit(NONE, 11, 12, 13);
        window.begin(entries.get(0));
        assertThat(window.suspected(entries.get(0), 0).isOwn()).isFalse();
        window.again(entries.get(0), 0, Duration.ofSeconds(5));
        for (Entry other : entries.subList(1, 3)) {
            window.begin(other);
            window.handled(other, Duration.ofMillis(50).toNanos());
        }

        assertThat(window.nextDue(0)).hasValue(Duration.ofMillis(200).toNanos());
    }

    @Test
    void isQuietWhenNothingRuns() throws Exception {
        List<Entry> entries = admit(NONE, 11, 12);
        assertThat(window.awaitQuiet(0)).isTrue();
        window.begin(entries.get(0));
        assertThat(window.awaitQuiet(Duration.ofMillis(5).toNanos())).isFalse();
        window.done(entries.get(0));
        assertThat(window.awaitQuiet(0)).isTrue();
    }

    /** A server and handlers that fail at random: each update is done once, in order, and confirmed only then. */
    @RepeatedTest(50)
    void losesAndDoublesNothing(RepetitionInfo repetition) {
        Random random = new Random(repetition.getCurrentRepetition());
        TreeMap<Long, Boolean> server = new TreeMap<>(); // done?
        LongStream.range(100, 400).forEach(id -> server.put(id, false));
        TreeMap<Long, Long> lastOfConversation = new TreeMap<>();
        List<Entry> queue = new java.util.ArrayList<>();
        long now = 0;
        while (!server.isEmpty()) {
            OptionalLong offset = window.offset();
            offset.ifPresent(lowest -> {
                assertThat(server.headMap(lowest).values()).doesNotContain(false);
                server.headMap(lowest).clear();
            });
            long[] batch = server.keySet().stream()
                    .limit(random.nextInt(1, 30))
                    .mapToLong(id -> id)
                    .toArray();
            window.admit(offset, received(batch), now);
            queue.addAll(window.due(now));
            for (int i = random.nextInt(20); i > 0 && !queue.isEmpty(); i--) {
                Entry entry = queue.remove(random.nextInt(queue.size())); // worse than any isolation
                if (!window.begin(entry)) {
                    continue;
                }
                if (random.nextInt(4) == 0) {
                    window.again(entry, now + random.nextInt(3));
                } else {
                    assertThat(server.put(entry.id(), true)).isFalse();
                    Long last = lastOfConversation.put(entry.id() % 10, entry.id());
                    assertThat(last == null || last == entry.id() - 10).isTrue();
                    window.done(entry);
                }
            }
            now++;
        }
        assertThat(window.isIdle()).isTrue();
    }
}
