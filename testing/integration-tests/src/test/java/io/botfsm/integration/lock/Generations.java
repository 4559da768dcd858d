package io.botfsm.integration.lock;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.integration.lock.Mark.Kind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The generations of a bot, as its instances marked them, in the order in which they began. */
final class Generations {
    private final List<Generation> all;

    private Generations(List<Generation> all) {
        this.all = all;
    }

    /**
     * One generation.
     *
     * @param begin its first mark of activity
     * @param last its last one
     */
    private record Generation(Mark begin, Mark last, int marks) {
        static Generation of(List<Mark> marks) {
            return new Generation(marks.get(0), marks.get(marks.size() - 1), marks.size());
        }
    }

    static Generations of(List<Mark> marks) {
        Map<Long, List<Mark>> byToken = new LinkedHashMap<>();
        marks.stream()
                .filter(Mark::isActivity)
                .forEach(mark -> byToken.computeIfAbsent(mark.token(), token -> new ArrayList<>())
                        .add(mark));
        return new Generations(byToken.values().stream().map(Generation::of).toList());
    }

    /** No generation begins before the activity of the one before has ended, and their tokens rise. */
    void requireOneAfterAnother() {
        for (Generation each : all) {
            assertThat(each.begin.kind()).as("the first mark of %s", each).isEqualTo(Kind.BEGIN);
        }
        for (int i = 1; i < all.size(); i++) {
            Generation before = all.get(i - 1);
            Generation next = all.get(i);
            assertThat(next.begin.micros()).as("%s, then %s", before, next).isGreaterThan(before.last.micros());
            assertThat(next.begin.token()).as("%s, then %s", before, next).isGreaterThan(before.begin.token());
        }
    }

    int count() {
        return all.size();
    }

    int marks() {
        return all.stream().mapToInt(Generation::marks).sum();
    }
}
