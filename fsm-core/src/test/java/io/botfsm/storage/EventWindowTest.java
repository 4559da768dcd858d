package io.botfsm.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.LongUnaryOperator;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

final class EventWindowTest {
    private static final long MAX = EventId.MAX_COUNTED;

    @Test
    void emptyContainsNothing() {
        assertThat(EventWindow.empty().isEmpty()).isTrue();
        for (long id : new long[] {0, 1, 8, 256, MAX}) {
            assertThat(EventWindow.empty().contains(id)).isFalse();
        }
        assertThat(EventWindow.empty().latest()).isEmpty();
        assertThat(EventWindow.empty().other()).isEmpty();
    }

    @Test
    void addedIdIsContainedAndItsNeighboursAreNot() {
        for (long id : new long[] {0, 1, 7, 8, 9, 255, 256, 1L << 32, MAX - 1, MAX}) {
            EventWindow window = EventWindow.empty().with(id);
            assertThat(window.contains(id)).isTrue();
            assertThat(window.isEmpty()).isFalse();
            assertThat(window.contains(Math.max(0, id - 1))).isEqualTo(id == 0);
            assertThat(window.contains(id + 1)).isFalse();
            assertThat(window.contains(id + 8)).isFalse();
        }
    }

    @Test
    void addingChangesNoOtherWindow() {
        EventWindow before = EventWindow.empty().with(10);
        EventWindow after = before.with(11).with(9).with(100_000);
        assertThat(before).isEqualTo(EventWindow.empty().with(10));
        assertThat(before.contains(11)).isFalse();
        assertThat(after.contains(10)).isTrue();
    }

    @Test
    void bytesHandedOutAreCopies() {
        EventWindow window = EventWindow.empty().with(10);
        window.latest()[7] = 0;
        assertThat(window.contains(10)).isTrue();
        byte[] mine = window.latest();
        EventWindow read = EventWindow.of(mine, new byte[0], Map.of());
        mine[7] = 0;
        assertThat(read.contains(10)).isTrue();
    }

    /** What is stored already must stay readable: seven bytes of block number, then a byte per block, newest first. */
    @Test
    void storedFormIsFixed() {
        assertThat(EventWindow.empty().with(0).latest()).containsExactly(0, 0, 0, 0, 0, 0, 0, 0b1);
        assertThat(EventWindow.empty().with(0).with(9).with(12).latest())
                .containsExactly(0, 0, 0, 0, 0, 0, 1, 0b10010, 0b1);
        assertThat(EventWindow.empty().with(24).with(3).latest())
                .containsExactly(0, 0, 0, 0, 0, 0, 3, 0b1, 0, 0, 0b1000);
        assertThat(EventWindow.empty().with(MAX).latest()).containsExactly(3, -1, -1, -1, -1, -1, -1, 0b10000000);
        EventWindow two = EventWindow.empty().with(80_000).with(8);
        assertThat(two.latest()).containsExactly(0, 0, 0, 0, 0, 0x27, 0x10, 0b1);
        assertThat(two.other()).containsExactly(0, 0, 0, 0, 0, 0, 1, 0b1);
    }

    @Test
    void idsFarApartMakeTwoRuns() {
        EventWindow up = EventWindow.empty().with(0).with(33 * 8);
        assertThat(up.contains(0)).isTrue();
        assertThat(up.other()).isNotEmpty();
        EventWindow near = EventWindow.empty().with(0).with(33 * 8 - 1);
        assertThat(near.contains(0)).isTrue();
        assertThat(near.other()).isEmpty();
        EventWindow down = EventWindow.empty().with(33 * 8).with(7);
        assertThat(down.contains(33 * 8)).isTrue();
        assertThat(down.contains(7)).isTrue();
        assertThat(down.other()).isNotEmpty();
    }

    /** The limit of the guarantee: 256 ids of the latest run and of one other, and none of a third. */
    @Test
    void twoRunsAreRememberedAndNoThird() {
        for (long first = 1_000; first < 1_008; first++) { // at each alignment
            EventWindow near = EventWindow.empty().with(first).with(first + 255);
            assertThat(near.contains(first)).isTrue();
            assertThat(near.with(first + 1_000).contains(first)).isTrue();
            assertThat(near.with(first + 1_000).contains(first + 255)).isTrue();

            EventWindow up = EventWindow.empty().with(first).with(first + 1_000);
            assertThat(up.contains(first)).isTrue();
            assertThat(up.with(first + 2_000).contains(first)).isFalse();
            assertThat(up.with(first + 2_000).contains(first + 1_000)).isTrue();

            EventWindow down = EventWindow.empty().with(first).with(first - 500).with(first + 1);
            assertThat(down.contains(first)).isTrue();
            assertThat(down.contains(first - 500)).isTrue();
            assertThat(down.with(first - 900).contains(first - 500)).isFalse();
            assertThat(down.with(first - 900).contains(first)).isTrue();
        }
    }

    @Test
    void runsOfImpossibleLengthAreRefused() {
        for (int length : new int[] {1, 7, 41, 100}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> EventWindow.of(new byte[length], new byte[0], Map.of()))
                    .withMessageContaining(Integer.toString(length));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> EventWindow.of(new byte[8], new byte[length], Map.of()));
        }
        assertThat(EventWindow.of(new byte[0], new byte[0], Map.of())).isEqualTo(EventWindow.empty());
    }

    @Test
    void equalByWhatIsRemembered() {
        EventWindow one = EventWindow.empty().with(5).with(6);
        EventWindow same = EventWindow.empty().with(6).with(5);
        assertThat(one).isEqualTo(same).hasSameHashCodeAs(same);
        assertThat(one).isNotEqualTo(EventWindow.empty().with(5));
        assertThat(one.toString()).contains("latest=up to 7", "other=none");
    }

    @Test
    void randomIdsAgreeWithAModel() {
        long seed = Long.getLong("botfsm.seed", System.nanoTime());
        System.out.println("EventWindowTest: -Dbotfsm.seed=" + seed);
        Random random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            EventWindow window = EventWindow.empty();
            Model model = new Model();
            Set<Long> added = new HashSet<>();
            long near = random.nextLong(MAX + 1);
            for (int i = 0; i < 300; i++) {
                long id = Math.min(MAX, Math.max(0, near + around(random)));
                assertThat(window.contains(id)).as("%d in %s", id, window).isEqualTo(model.contains(id));
                window = window.with(id);
                model.add(id);
                added.add(id);
                near = random.nextInt(20) == 0 ? id : near + 1;
                assertThat(window.contains(id)).isTrue();
                assertThat(window.latest()).hasSizeBetween(8, 40);
                assertThat(window.other()).hasSizeLessThanOrEqualTo(40);
                assertThat(EventWindow.of(window.latest(), window.other(), Map.of()))
                        .isEqualTo(window);
            }
            long highest = added.stream().mapToLong(id -> id).max().orElseThrow();
            for (long id = highest; id > highest - 256; id--) {
                assertThat(window.contains(id))
                        .as("%d, highest %d", id, highest)
                        .isEqualTo(added.contains(id));
            }
            for (int i = 0; i < 300; i++) {
                long id = Math.max(0, near + around(random));
                assertThat(window.contains(id)).isEqualTo(model.contains(id));
                assertThat(added.contains(id) || !window.contains(id)).isTrue();
            }
        }
    }

    private static long around(Random random) {
        return switch (random.nextInt(12)) {
            case 0 -> random.nextInt(4_000) - 2_000;
            case 1 -> random.nextInt(2_000_000) - 1_000_000;
            case 2 -> (random.nextInt(5) - 2) * 264L + random.nextInt(3) - 1;
            default -> random.nextInt(300) - 200;
        };
    }

    /** A model of the window with sets of ids instead of bits: two runs of 33 blocks of 8. */
    private static final class Model {
        private Set<Long> latest = new HashSet<>();
        private Set<Long> other = new HashSet<>();

        boolean contains(long id) {
            return latest.contains(id) || other.contains(id);
        }

        void add(long id) {
            if (!latest.isEmpty() && head(latest) - id / 8 >= 33) {
                if (!other.isEmpty() && head(other) - id / 8 >= 33) {
                    other = new HashSet<>();
                }
                addTo(other, id);
                return;
            }
            if (!latest.isEmpty() && id / 8 - head(latest) >= 33) {
                other = latest;
                latest = new HashSet<>();
            }
            addTo(latest, id);
        }

        private static void addTo(Set<Long> run, long id) {
            run.add(id);
            long head = head(run);
            run.removeIf(old -> head - old / 8 >= 33);
        }

        private static long head(Set<Long> run) {
            return run.stream().mapToLong(id -> id / 8).max().orElseThrow();
        }
    }

    /** The guarantees for counted ids, for snowflakes, and for clock readings, which differ on redelivery. */
    @Test
    void ofEightEventsCountedIdsAreRecognizedAgainAndIdsFarApartAreNot() {
        assertThat(recognized(i -> 731_904_211L + i, i -> 731_904_211L + i)).isEqualTo(8);
        LongUnaryOperator snowflake = i -> (419_000_000_000L + i * 1_500) << 22;
        assertThat(recognized(snowflake, snowflake)).isEqualTo(8);
        LongUnaryOperator microseconds = i -> 1_796_000_000_000_000L + i * 1_500_000;
        assertThat(recognized(microseconds, i -> microseconds.applyAsLong(i + 8)))
                .as("a redelivered event gets a new reading")
                .isZero();
    }

    /** As counted ids of the default source, these two would begin new runs. */
    @Test
    void idsOfAnotherSourcePushNoneOut() {
        EventWindow window = EventWindow.empty()
                .with(731_904_211L)
                .with(EventId.of("clock", 1L << 50))
                .with(EventId.of("clock", 1L << 51));
        assertThat(window.contains(731_904_211L)).isTrue();
        assertThat(window.sources()).containsExactly("clock");
    }

    @Test
    void aRingRemembersSeventyToSeventyNine() {
        EventWindow window = EventWindow.empty();
        for (int i = 1; i <= 500; i++) {
            window = window.with(EventId.of("a", i));
            int most = i;
            EventWindow now = window;
            long known = LongStream.rangeClosed(1, i)
                    .filter(id -> now.contains(EventId.of("a", id)))
                    .count();
            assertThat(known).as("after %d", i).isBetween(Math.min(most, 70L), Math.min(most, 79L));
            assertThat(LongStream.rangeClosed(Math.max(1, i - 69), i))
                    .allMatch(id -> now.contains(EventId.of("a", id)));
            assertThat(EventWindow.of(new byte[0], new byte[0], Map.of("a", window.ring("a"))))
                    .isEqualTo(window);
        }
    }

    @Test
    void aNinthNamedSourceIsNotTaken() {
        EventWindow window = EventWindow.empty().with(EventId.of("text")).with(5);
        for (int i = 0; i < EventWindow.MAX_SOURCES; i++) {
            assertThat(window.takes(EventId.of("s" + i, 1))).isTrue();
            window = window.with(EventId.of("s" + i, 1));
        }
        EventWindow full = window;
        assertThat(full.takes(EventId.of("one-more", 1))).isFalse();
        assertThatIllegalArgumentException().isThrownBy(() -> full.with(EventId.of("one-more", 1)));
        assertThat(full.takes(EventId.of("s0", 2))).isTrue();
        assertThat(full.takes(EventId.of("another text"))).isTrue();
        assertThat(full.takes(EventId.of(6))).isTrue();
        assertThat(EventWindow.empty().with(EventId.of("s0", 1)).takes(EventId.of("text")))
                .isTrue();
    }

    @Test
    void chunksThatDoNotFitTogetherAreRefused() {
        for (int[] lengths : new int[][] {{}, {5}, {66}, {60}, {6, 6}, {6, 60}, {60, 60, 60, 60, 60, 60, 60, 60, 0}}) {
            List<byte[]> chunks =
                    Arrays.stream(lengths).mapToObj(length -> new byte[length]).toList();
            assertThatIllegalArgumentException()
                    .as(Arrays.toString(lengths))
                    .isThrownBy(() -> EventWindow.of(new byte[0], new byte[0], Map.of("a", chunks)));
        }
    }

    private static long recognized(LongUnaryOperator id, LongUnaryOperator redelivered) {
        EventWindow window = EventWindow.empty();
        for (int i = 0; i < 8; i++) {
            window = window.with(EventId.of(id.applyAsLong(i)));
        }
        return LongStream.range(0, 8)
                .mapToObj(i -> EventId.of(redelivered.applyAsLong(i)))
                .filter(window::contains)
                .count();
    }
}
