package io.botfsm.redis.deadline;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.botfsm.redis.cluster.HashSlot;

/** For each slot, the least number whose digits, as a hash tag, are in that slot. */
final class SlotTags {
    private static final int[] BY_SLOT = bySlot();

    private SlotTags() {}

    static int of(int slot) {
        return BY_SLOT[slot];
    }

    private static int[] bySlot() {
        int[] numbers = new int[HashSlot.COUNT];
        boolean[] known = new boolean[HashSlot.COUNT];
        int left = HashSlot.COUNT;
        for (int number = 0; left > 0; number++) {
            int slot = HashSlot.of(Integer.toString(number).getBytes(US_ASCII));
            if (!known[slot]) {
                known[slot] = true;
                numbers[slot] = number;
                left--;
            }
        }
        return numbers;
    }
}
