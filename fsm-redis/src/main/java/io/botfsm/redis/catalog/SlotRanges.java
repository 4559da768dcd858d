package io.botfsm.redis.catalog;

import java.util.BitSet;
import java.util.StringJoiner;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sets of a cluster's slots as text: {@code 0-5460,5462}. */
final class SlotRanges {
    /** How many slots a cluster has. */
    static final int COUNT = 16_384;

    private static final Pattern RANGE = Pattern.compile("(\\d{1,5})(?:-(\\d{1,5}))?");

    private SlotRanges() {}

    static String text(BitSet slots) {
        StringJoiner ranges = new StringJoiner(",");
        for (int first = slots.nextSetBit(0); first >= 0; ) {
            int end = slots.nextClearBit(first);
            ranges.add(end == first + 1 ? "" + first : first + "-" + (end - 1));
            first = slots.nextSetBit(end);
        }
        return ranges.toString();
    }

    /**
     * Reads a text.
     *
     * @throws IllegalArgumentException if it does not have this form
     */
    static BitSet parse(String text) {
        BitSet slots = new BitSet(COUNT);
        if (!text.isEmpty()) {
            for (String range : text.split(",", -1)) {
                add(slots, range);
            }
        }
        return slots;
    }

    /**
     * Adds a slot, or a range of slots.
     *
     * @throws IllegalArgumentException if the text is neither
     */
    static void add(BitSet slots, String range) {
        Matcher form = RANGE.matcher(range);
        if (!form.matches()) {
            throw new IllegalArgumentException("not a range of slots");
        }
        int first = Integer.parseInt(form.group(1));
        int last = form.group(2) == null ? first : Integer.parseInt(form.group(2));
        if (first > last || last >= COUNT) {
            throw new IllegalArgumentException("not a range of slots");
        }
        slots.set(first, last + 1);
    }
}
