package io.botfsm.redis.catalog;

import io.botfsm.internal.text.Text;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The position of a scan. A scan proceeds in rounds: a round scans servers, and reads single slots. A round misses keys
 * that move meanwhile from where it has not looked yet to where it has already looked. The next round therefore looks
 * again wherever something may have moved since the previous round began, until nothing has moved. Immutable.
 *
 * @param scans whether the round has scanned servers, or has only read slots
 * @param cursor the cursor of {@code SCAN} on the first remaining server
 * @param left the indexes of the servers that still have to be scanned
 * @param slots the slots that still have to be read
 * @param servers the servers when the round began, by index
 */
record ScanPosition(boolean scans, String cursor, List<Integer> left, BitSet slots, List<ScannedServer> servers) {
    /** The cursor of {@code SCAN} at the beginning and at the end. */
    static final String BEGIN = "0";

    private static final Pattern TEXT =
            Pattern.compile("redis1/([sr])/(\\d{1,20})/((?:\\d{1,5}(?:,\\d{1,5})*)?)/([0-9,-]*)((?:/[^/]+)+)");
    private static final int MOST_QUOTED = 100;

    /** Where a scan of these servers begins. */
    static ScanPosition first(List<ScannedServer> servers) {
        List<Integer> all = IntStream.range(0, servers.size()).boxed().toList();
        return new ScanPosition(true, BEGIN, all, new BitSet(), servers);
    }

    /** Whether the round has looked at everything that it had to. */
    boolean isRoundOver() {
        return left.isEmpty() && slots.isEmpty();
    }

    /** Whether the scan is of a single server that belongs to no cluster. */
    boolean isOnOneServer() {
        return servers.size() == 1 && servers.get(0).id().isEmpty();
    }

    /** The server that is being scanned. */
    ScannedServer server() {
        return servers.get(left.get(0));
    }

    /** Returns the position at the next cursor of the server, or after the server if that was its last. */
    ScanPosition at(String next) {
        return next.equals(BEGIN) ? withoutServer() : new ScanPosition(scans, next, left, slots, servers);
    }

    /** Returns the position after the server, which has been scanned or is no longer a master. */
    ScanPosition withoutServer() {
        return new ScanPosition(scans, BEGIN, left.subList(1, left.size()), slots, servers);
    }

    /** Returns the position at the beginning of the server, which is another process now. */
    ScanPosition restarted(String runId) {
        List<ScannedServer> now = new ArrayList<>(servers);
        now.set(left.get(0), server().in(runId));
        return new ScanPosition(scans, BEGIN, left, slots, now);
    }

    /** The slot that is to be read. */
    int slot() {
        return slots.nextSetBit(0);
    }

    /** Returns the position after that slot, which has been read. */
    ScanPosition withoutSlot() {
        BitSet rest = (BitSet) slots.clone();
        rest.clear(slot());
        return new ScanPosition(scans, cursor, left, rest, servers);
    }

    /**
     * Returns the servers that may have keys of that slot: first those that serve it, since keys move from them to the
     * others.
     */
    List<ScannedServer> serversOfSlot() {
        List<ScannedServer> holders = new ArrayList<>();
        servers.stream().filter(server -> server.slots().get(slot())).forEach(holders::add);
        servers.stream()
                .filter(server -> !server.slots().get(slot()) && server.moving().containsKey(slot()))
                .forEach(holders::add);
        return holders;
    }

    /**
     * Where the next round begins; empty if nothing can have been missed.
     *
     * @param now the servers after this round
     */
    Optional<ScanPosition> nextRound(List<ScannedServer> now) {
        Map<String, ScannedServer> before =
                servers.stream().collect(Collectors.toMap(ScannedServer::id, Function.identity()));
        List<Integer> repeated = IntStream.range(0, now.size())
                .filter(i -> mayHaveTakenBack(before.get(now.get(i).id()), now.get(i)))
                .boxed()
                .toList();
        BitSet unsure = new BitSet(SlotRanges.COUNT);
        for (int slot = 0; slot < SlotRanges.COUNT; slot++) {
            boolean isInTransit = isMoving(servers, slot) || isMoving(now, slot);
            unsure.set(slot, (scans && isInTransit) || !roles(servers, slot).equals(roles(now, slot)));
        }
        return repeated.isEmpty() && unsure.isEmpty()
                ? Optional.empty()
                : Optional.of(new ScanPosition(!repeated.isEmpty(), BEGIN, repeated, unsure, now));
    }

    /**
     * Returns whether a server may have taken over slots that it had before and lost in between, so that their keys
     * were not there all the time.
     */
    private static boolean mayHaveTakenBack(@Nullable ScannedServer before, ScannedServer now) {
        return before != null && before.epoch() < now.epoch();
    }

    private static boolean isMoving(List<ScannedServer> servers, int slot) {
        return servers.stream().anyMatch(server -> server.moving().containsKey(slot));
    }

    private static Map<String, String> roles(List<ScannedServer> servers, int slot) {
        return servers.stream()
                .filter(server -> !server.roleFor(slot).isEmpty())
                .collect(Collectors.toMap(ScannedServer::id, server -> server.roleFor(slot)));
    }

    /** The cursor of a page. */
    String text() {
        String waiting = left.stream().map(String::valueOf).collect(Collectors.joining(","));
        String all = servers.stream().map(ScannedServer::text).collect(Collectors.joining("/"));
        return String.join("/", "redis1", scans ? "s" : "r", cursor, waiting, SlotRanges.text(slots), all);
    }

    /**
     * Reads the cursor of a page.
     *
     * @throws IllegalArgumentException if it is not a cursor
     */
    static ScanPosition parse(String text) {
        Matcher form = TEXT.matcher(text);
        try {
            if (form.matches()) {
                return ofParts(form);
            }
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            throw refusal(text, e);
        }
        throw refusal(text, null);
    }

    private static ScanPosition ofParts(Matcher form) {
        List<ScannedServer> servers = new ArrayList<>();
        for (String server : form.group(5).substring(1).split("/", -1)) {
            servers.add(ScannedServer.parse(server));
        }
        List<Integer> left = new ArrayList<>();
        if (!form.group(3).isEmpty()) {
            for (String index : form.group(3).split(",", -1)) {
                left.add(Objects.checkIndex(Integer.parseInt(index), servers.size()));
            }
        }
        return new ScanPosition(
                form.group(1).equals("s"), form.group(2), left, SlotRanges.parse(form.group(4)), servers);
    }

    private static IllegalArgumentException refusal(String text, @Nullable Exception cause) {
        String begin = text.length() > MOST_QUOTED ? text.substring(0, MOST_QUOTED) + "…" : text;
        return new IllegalArgumentException(
                String.format(
                        Locale.ROOT,
                        "\"%s\" is not a cursor of conversations in Redis: start the scan again",
                        Text.printable(begin)),
                cause);
    }
}
