package io.botfsm.redis.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where a scan has to look again, on a cluster of nodes a, b and c. */
class ScanPositionTest {
    private static final List<ScannedServer> BEFORE =
            List.of(node("a", 1, "0-99"), node("b", 2, "100-199"), node("c", 3, "200-299"));

    /** Returns a node as it describes itself, among its descriptions of others. */
    private static ScannedServer node(String id, int epoch, String slots) {
        String others = """
                fff 10.0.0.9:6379@16379 slave a 0 1426238316232 2 connected
                eee 10.0.0.8:6379@16379 master - 0 1426238318243 3 connected 5000-6000
                """;
        String own = id + " 10.0.0.1:6379@16379,name myself,master - 0 0 " + epoch + " connected " + slots + "\n";
        return ScannedServer.ofNode(others + own, "run" + id).orElseThrow();
    }

    private static ScanPosition scanned(List<ScannedServer> servers) {
        ScanPosition at = ScanPosition.first(servers);
        while (!at.left().isEmpty()) {
            at = at.withoutServer();
        }
        return at;
    }

    private static BitSet slots(int... slots) {
        BitSet set = new BitSet();
        IntStream.of(slots).forEach(set::set);
        return set;
    }

    @Test
    void aRoundThatNothingChangedInIsTheLast() {
        assertThat(scanned(BEFORE).nextRound(BEFORE)).isEmpty();
    }

    @Test
    void aSlotThatIsServedByAnotherNodeIsReadThere() {
        List<ScannedServer> now =
                List.of(node("a", 1, "0-49 51-99"), node("b", 2, "100-199"), node("c", 3, "50 200-299"));
        ScanPosition next = scanned(BEFORE).nextRound(now).orElseThrow();
        assertThat(next.left()).isEmpty();
        assertThat(next.slots()).isEqualTo(slots(50));
        assertThat(next.serversOfSlot()).extracting(ScannedServer::id).containsExactly("c");
        assertThat(next.withoutSlot().nextRound(now)).isEmpty();
    }

    /** The keys of slots that were moved away and back were not there all the time. */
    @Test
    void aNodeThatHasTakenOverSlotsIsScannedAnew() {
        List<ScannedServer> now = List.of(node("a", 5, "0-99"), node("b", 2, "100-199"), node("c", 4, "200-299"));
        ScanPosition next = scanned(BEFORE).nextRound(now).orElseThrow();
        assertThat(next.left()).containsExactly(0, 2);
        assertThat(next.slots().isEmpty()).isTrue();
        assertThat(next.withoutServer().withoutServer().nextRound(now)).isEmpty();
    }

    @Test
    void theSlotsOfANodeThatTookAnothersPlaceAreRead() {
        List<ScannedServer> now = List.of(node("a", 1, "0-99"), node("d", 9, "100-199"), node("c", 3, "200-299"));
        ScanPosition next = scanned(BEFORE).nextRound(now).orElseThrow();
        assertThat(next.left()).isEmpty();
        assertThat(next.slots()).isEqualTo(slots(IntStream.range(100, 200).toArray()));
        assertThat(next.serversOfSlot()).extracting(ScannedServer::id).containsExactly("d");
    }

    /** It is read first where the keys come from, then where they go; and only once, however long the move takes. */
    @Test
    void aSlotOnItsWayIsReadAtBothEnds() {
        List<ScannedServer> moving = List.of(
                node("a", 1, "0-99 [7-<-b]"), // one end of a move that was never closed
                node("b", 2, "100-199 [150->-a]"),
                node("c", 3, "200-299"));
        List<ScannedServer> now =
                List.of(node("a", 1, "0-99 [150-<-b]"), node("b", 2, "100-199 [150->-a]"), node("c", 3, "200-299"));
        ScanPosition next = scanned(moving).nextRound(now).orElseThrow();
        assertThat(next.slots()).isEqualTo(slots(7, 150));
        assertThat(next.withoutSlot().serversOfSlot())
                .extracting(ScannedServer::id)
                .containsExactly("b", "a");
        ScanPosition read = next.withoutSlot().withoutSlot();
        assertThat(read.isRoundOver()).isTrue();
        assertThat(read.nextRound(now)).isEmpty();
    }

    @Test
    void aSlotThatArrivesWhileItIsReadIsReadAgain() {
        List<ScannedServer> moving =
                List.of(node("a", 1, "0-99"), node("b", 2, "100-199 [150->-a]"), node("c", 3, "200-299"));
        List<ScannedServer> arrived =
                List.of(node("a", 4, "0-99 150"), node("b", 2, "100-149 151-199"), node("c", 3, "200-299"));
        ScanPosition read = scanned(BEFORE).nextRound(moving).orElseThrow().withoutSlot();
        ScanPosition next = read.nextRound(arrived).orElseThrow();
        assertThat(next.slots()).isEqualTo(slots(150));
        assertThat(next.serversOfSlot()).extracting(ScannedServer::id).containsExactly("a");
    }

    @Test
    void aReplicaIsNoMasterAnyMore() {
        assertThat(ScannedServer.ofNode("a 10.0.0.1:6379@16379 myself,slave b 0 0 1 connected", "run"))
                .isEmpty();
    }

    @Test
    void cursorsAreReadBack() {
        ScanPosition alone = ScanPosition.first(List.of(ScannedServer.alone("3c1f0")));
        ScanPosition moving = scanned(BEFORE)
                .nextRound(List.of(node("a", 1, "0-99 [150-<-b] [151-<-b]"), node("b", 7, "100-199 [150->-a]")))
                .orElseThrow();
        for (ScanPosition position : List.of(
                alone,
                alone.at("18446744073709551615"),
                alone.restarted("99"),
                ScanPosition.first(BEFORE).withoutServer().at("7"),
                moving,
                moving.withoutServer(),
                moving.withoutServer().withoutSlot())) {
            assertThat(position.text()).matches("[\\w/:,.-]+");
            assertThat(ScanPosition.parse(position.text())).isEqualTo(position);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "redis1",
                "redis1/s/0/0/",
                "redis1/s/0/0//",
                "redis2/s/0/0//:0:ab::",
                "redis1/x/0/0//:0:ab::",
                "redis1/s/-1/0//:0:ab::",
                "redis1/s/0/1//:0:ab::",
                "redis1/s/0/0/16384/:0:ab::",
                "redis1/s/0/0/5-4/:0:ab::",
                "redis1/s/0/0//:0:::",
                "redis1/s/0/0//:0:ab:1-:",
                "redis1/s/0/0//:0:ab::7x1",
                "redis1/s/0/0//:99999999999999999999:ab::",
                "redis1/s/0/0//:0:ab::/",
                "redis1/s/0/0//:0:ab::\n"
            })
    void whatIsNoCursorIsRefused(String text) {
        assertThatThrownBy(() -> ScanPosition.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is not a cursor of conversations in Redis");
    }
}
