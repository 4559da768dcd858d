package io.botfsm.redis.catalog;

import java.util.BitSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A server that holds conversations, as it described itself at one moment. Immutable.
 *
 * @param id its id in its cluster; empty if it belongs to none
 * @param epoch increases whenever the server takes over slots from another node
 * @param runId the id of its process; the cursors of {@code SCAN} are invalid in another process
 * @param slots the slots that it serves
 * @param moving the slots that are being moved, with what it reported about each
 */
record ScannedServer(String id, long epoch, String runId, BitSet slots, Map<Integer, Move> moving) {
    private static final Pattern RUN_ID = Pattern.compile("(?m)^run_id:([0-9a-zA-Z]+)\\s*$");
    private static final Pattern MOVING = Pattern.compile("\\[(\\d{1,5})-([<>])-([0-9a-f]+)]");
    private static final Pattern MOVING_TEXT = Pattern.compile("(\\d{1,5})([mi])([0-9a-f]+)");
    private static final Pattern TEXT =
            Pattern.compile("([0-9a-f]*):(\\d{1,19}):([0-9a-zA-Z]+):([0-9,-]*):([0-9a-fmi,]*)");

    /** The marks of a slot that is being moved away, in Redis and in a cursor. */
    private static final Set<String> LEAVES = Set.of(">", "m");

    private static final int FLAGS = 2;
    private static final int EPOCH = 6;
    private static final int FIRST_SLOT = 8;

    /**
     * A slot that is being moved.
     *
     * @param leaves whether it leaves this server; otherwise it comes to it
     * @param other the id of the server at the other end
     */
    record Move(boolean leaves, String other) {}

    /** A server that belongs to no cluster. */
    static ScannedServer alone(String runId) {
        return new ScannedServer("", 0, runId, new BitSet(), Map.of());
    }

    /** Returns the process that a reply to {@code INFO} names; empty if it names none. */
    static Optional<String> runId(String info) {
        Matcher matcher = RUN_ID.matcher(info);
        return matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
    }

    /**
     * Reads what a node reports about itself.
     *
     * @param nodes its reply to {@code CLUSTER NODES}
     * @return empty if it is no longer a master
     */
    static Optional<ScannedServer> ofNode(String nodes, String runId) {
        return nodes.lines()
                .map(line -> line.strip().split(" ", -1))
                .filter(words -> words.length >= FIRST_SLOT
                        && words[FLAGS].contains("myself")
                        && words[FLAGS].contains("master"))
                .findFirst()
                .map(words -> ofWords(words, runId));
    }

    private static ScannedServer ofWords(String[] words, String runId) {
        BitSet slots = new BitSet(SlotRanges.COUNT);
        Map<Integer, Move> moving = new TreeMap<>();
        for (int i = FIRST_SLOT; i < words.length; i++) {
            if (!addMove(moving, MOVING.matcher(words[i]))) {
                SlotRanges.add(slots, words[i]);
            }
        }
        return new ScannedServer(words[0], Long.parseLong(words[EPOCH]), runId, slots, moving);
    }

    private static boolean addMove(Map<Integer, Move> moving, Matcher form) {
        if (!form.matches()) {
            return false;
        }
        moving.put(Integer.valueOf(form.group(1)), new Move(LEAVES.contains(form.group(2)), form.group(3)));
        return true;
    }

    /** The same server in another process. */
    ScannedServer in(String otherRunId) {
        return new ScannedServer(id, epoch, otherRunId, slots, moving);
    }

    /** Returns the server's role for a slot; empty if it has none. */
    String roleFor(int slot) {
        Move move = moving.get(slot);
        return (slots.get(slot) ? "serves" : "") + (move == null ? "" : move);
    }

    /** Its text in a cursor. */
    String text() {
        String moves = moving.entrySet().stream()
                .map(move -> move.getKey()
                        + (move.getValue().leaves() ? "m" : "i")
                        + move.getValue().other())
                .collect(Collectors.joining(","));
        return String.join(":", id, "" + epoch, runId, SlotRanges.text(slots), moves);
    }

    /**
     * Reads the text of a server in a cursor.
     *
     * @throws IllegalArgumentException if it is not such a text
     */
    static ScannedServer parse(String text) {
        Matcher form = TEXT.matcher(text);
        if (!form.matches()) {
            throw new IllegalArgumentException("not a server");
        }
        Map<Integer, Move> moving = new TreeMap<>();
        if (!form.group(5).isEmpty()) {
            for (String move : form.group(5).split(",", -1)) {
                if (!addMove(moving, MOVING_TEXT.matcher(move))) {
                    throw new IllegalArgumentException("not a slot that is being moved");
                }
            }
        }
        return new ScannedServer(
                form.group(1), Long.parseLong(form.group(2)), form.group(3), SlotRanges.parse(form.group(4)), moving);
    }
}
