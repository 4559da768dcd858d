package io.botfsm.conformance.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.conformance.Conformance.Counts;
import io.botfsm.conformance.Need;
import io.botfsm.conformance.Requires;
import io.botfsm.conformance.internal.Crowd;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.StorageKey;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Rules D05 and D09: the index follows every write, and keeps nothing. */
abstract class QueueFollowingRules extends QueueRules {
    private static final int KEYS = 6;

    QueueFollowingRules(DeadlineQueueConformance suite) {
        super(suite);
    }

    @Requires(Need.EVENT_ID)
    void ruleD05_whatIsDueIsWhatConversationsSay() {
        randomly(random -> {
            TestedQueue queue = open();
            TestedQueue other = beside(queue);
            String bot = freshBot();
            Instant now = queue.now();
            List<StorageKey> keys = keys(bot, KEYS);
            for (int i = 0; i < times(200); i++) {
                TestedQueue writer = random.nextBoolean() ? queue : other;
                writer.storage().write(keys.get(random.nextInt(KEYS)), anyChange(random, now));
                if (random.nextInt(10) == 0) {
                    assertThat(other.keys(bot)).containsExactlyInAnyOrderElementsOf(due(queue, keys, now));
                }
            }
        });
    }

    @Requires(Need.EVENT_ID)
    void ruleD05_concurrentWritersLeaveItRight() {
        TestedQueue queue = open();
        TestedQueue other = beside(queue);
        String bot = freshBot();
        Instant now = queue.now();
        List<StorageKey> keys = keys(bot, 2);
        for (int round = 0; round < times(20); round++) {
            Crowd.of(6, i -> {
                Random random = new Random();
                TestedQueue writer = i % 2 == 0 ? queue : other;
                for (int k = 0; k < 8; k++) {
                    writer.storage().write(keys.get(random.nextInt(2)), anyChange(random, now));
                    if (i == 5 && k % 4 == 0) {
                        writer.keys(bot);
                    }
                }
            });
            assertThat(queue.keys(bot)).containsExactlyInAnyOrderElementsOf(due(queue, keys, now));
        }
    }

    private static List<StorageKey> due(TestedQueue queue, List<StorageKey> keys, Instant now) {
        return keys.stream()
                .filter(key -> queue.storage()
                        .read(key)
                        .deadline()
                        .filter(deadline -> deadline.isBefore(now))
                        .isPresent())
                .toList();
    }

    private static Mutation.Builder anyChange(Random random, Instant now) {
        return switch (random.nextInt(10)) {
            case 0 -> clear();
            case 1 -> clear().clearDeadline();
            case 2 -> change().state("S" + random.nextInt(3)).eventId(random.nextInt(1_000));
            case 3 -> change().clearDeadline();
            case 4 -> change().state("A").deadline(now.plus(HOUR));
            case 5 -> change().deadline(now.minusSeconds(1_000 + random.nextInt(1_000)));
            case 6 -> change().state("A").deadline(now.minus(HOUR)).expectState("S1");
            case 7 -> change().clearDeadline().expectState("S1");
            case 8 -> change().put("a", "1").deadline(now.minusSeconds(1_000 + random.nextInt(1_000)));
            default -> clear().deadline(now.minus(HOUR));
        };
    }

    @Test
    void ruleD05_aLaterDeadlineIsDueAtItsTime() {
        TestedQueue queue = open();
        String bot = freshBot();
        Instant now = queue.now();
        StorageKey key = key(bot, 1);
        queue.storage().applied(key, change().state("A").deadline(now.minus(HOUR)));
        queue.storage().applied(key, change().deadline(queue.now().plus(HOUR.multipliedBy(100))));
        assertThat(queue.keys(bot)).isEmpty();
        queue.storage().applied(key, change().deadline(queue.now().plus(time.life())));
        time.passUntil(
                time.life().plusMillis(20), "it is due", () -> queue.keys(bot).equals(List.of(key)));
        queue.storage().applied(key, change().deadline(queue.now().plus(time.life())));
        queue.keys(bot);
        time.passUntil(
                time.life().plusMillis(20), "it is due", () -> queue.keys(bot).equals(List.of(key)));
    }

    @Requires(Need.COUNTS)
    void ruleD09_nothingIsLeftOfWhatWasCleared() {
        TestedQueue queue = open();
        String bot = freshBot();
        Instant now = queue.now();
        long before = ((Counts) suite).records();
        for (StorageKey key : keys(bot, 20)) {
            queue.storage().applied(key, change().state("A").deadline(now.plus(HOUR)));
            queue.storage().applied(key, change().deadline(now.minus(HOUR)));
        }
        for (StorageKey key : keys(bot, 10)) {
            queue.storage().applied(key, change().clearDeadline());
        }
        for (StorageKey key : keys(bot, 20)) {
            queue.storage().applied(key, clear());
        }
        queue.storage().applied(key(bot, 100), change().deadline(now.plus(HOUR)));
        assertThat(queue.keys(bot)).isEmpty();
        assertThat(((Counts) suite).records()).isLessThanOrEqualTo(before);
    }

    @Requires({Need.TTL, Need.COUNTS})
    void ruleD09_nothingIsLeftOfWhatHasEnded() {
        long before = ((Counts) suite).records();
        TestedQueue queue = open(Optional.of(time.life()), DEADLINE);
        String bot = freshBot();
        Instant late = queue.now().plus(time.life().multipliedBy(2));
        keys(bot, 20)
                .forEach(key -> queue.storage().applied(key, change().state("A").deadline(late)));
        time.passUntil(
                time.life().multipliedBy(2).plusMillis(20),
                "the index forgets what has ended",
                () -> queue.keys(bot).isEmpty() && ((Counts) suite).records() <= before);
    }
}
