package io.botfsm.conformance.lease;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.conformance.internal.HostileTexts;
import io.botfsm.lock.store.Claim;
import io.botfsm.lock.store.LeaseStore.Subscription;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Rules L10 and L11: names and claims of any characters. */
abstract class LeaseTextRules extends LeaseRules {
    LeaseTextRules(LeaseStoreConformance suite) {
        super(suite);
    }

    /** Names that a store may take for one another, and that no other test uses. */
    private Set<String> names() {
        String mine = freshName();
        Set<String> names = new LinkedHashSet<>();
        for (String text : HostileTexts.NAMES) {
            names.add(mine + text);
            names.add(text + mine);
            names.add(mine + ":" + text);
            names.add("{" + mine + "}" + text);
        }
        names.add(mine + "x".repeat(10_000));
        names.add(mine + "x".repeat(10_000) + "y");
        return names;
    }

    @Test
    void ruleL10_namesNeverShareALease() {
        TestedLeaseStore store = open();
        Map<String, Claim> holders = new LinkedHashMap<>();
        for (String name : names()) {
            Claim claim = freshClaim();
            holders.put(name, claim);
            store.granted(lasting(name, claim));
        }
        holders.forEach((name, claim) -> assertHeldBy(claim, store.read(name)));
        Set<String> released = new HashSet<>();
        holders.forEach((name, claim) -> {
            if (released.size() < holders.size() / 2) {
                assertThat(store.release(name, claim)).isTrue();
                released.add(name);
            }
        });
        holders.forEach((name, claim) -> {
            if (released.contains(name)) {
                assertFree(store.read(name));
            } else {
                store.renewed(lasting(name, claim));
                store.force(name);
            }
        });
    }

    @Test
    void ruleL10_namesNeverShareAFence() {
        TestedLeaseStore store = open();
        Map<String, Long> fences = new LinkedHashMap<>();
        long floor = 1L << 52;
        for (String name : names()) {
            floor += 1_000;
            assertThat(store.read(name).fencingToken())
                    .as("the fence of an unknown name")
                    .isEmpty();
            Claim claim = freshClaim();
            store.granted(lasting(name, claim).withFloor(floor));
            fences.put(name, store.fence(name));
            store.release(name, claim);
        }
        fences.forEach((name, fence) -> assertThat(store.fence(name)).isEqualTo(fence));
    }

    @Test
    void ruleL10_anyNameCanBeSubscribedTo() {
        TestedLeaseStore store = open();
        Map<String, AtomicInteger> hints = new LinkedHashMap<>();
        List<Subscription> subscriptions = new ArrayList<>();
        for (String name : names()) {
            AtomicInteger count = new AtomicInteger();
            hints.put(name, count);
            subscriptions.add(store.subscribe(name, count::incrementAndGet));
        }
        hints.forEach((name, count) -> {
            int before = count.get();
            Claim claim = freshClaim();
            store.granted(lasting(name, claim));
            store.release(name, claim);
            time.eventually("a hint", () -> count.get() > before);
        });
        assertThat(hints.values().stream().mapToInt(AtomicInteger::get).sum())
                .as("hints of %d releases of as many names", hints.size())
                .isLessThan(2 * hints.size());
        subscriptions.forEach(Subscription::close);
    }

    @Test
    void ruleL11_claimsComeBackToTheCharacter() {
        TestedLeaseStore store = open();
        List<String> holders = new ArrayList<>(HostileTexts.NAMES);
        holders.add("a|b");
        holders.add("|");
        holders.add("\ud83e\udd8a".repeat(5_000));
        String name = freshName();
        String token = freshClaim().token();
        for (String holder : holders) {
            comesBack(store, name, new Claim(token, holder));
        }
        for (String text : HostileTexts.NAMES) {
            if (text.indexOf('|') < 0) {
                comesBack(store, name, new Claim(token + text, "a holder"));
                comesBack(store, name, new Claim(text + token, text));
            }
        }
    }

    private static void comesBack(TestedLeaseStore store, String name, Claim claim) {
        store.granted(lasting(name, claim));
        assertHeldBy(claim, store.read(name));
        assertThat(store.occupied(lasting(name, claim)).claim()).isEqualTo(claim);
        assertHeldBy(claim, store.notYours(lasting(name, new Claim(claim.token() + "x", claim.holder()))));
        store.renewed(lasting(name, claim));
        assertThat(store.release(name, claim)).isTrue();
    }

    @Test
    void ruleL11_claimsThatLookAlikeAreDifferent() {
        TestedLeaseStore store = open();
        String name = freshName();
        String token = freshClaim().token();
        for (List<String> alike : List.of(
                List.of("a", "A"),
                List.of("a", "a "),
                List.of("\u00e9", "e\u0301"),
                List.of("1", "01"),
                List.of("", " "),
                List.of("a", "a\u0000"),
                List.of("*", "a"),
                List.of("?", "a"),
                List.of("null", ""))) {
            Claim claim = new Claim(token, alike.get(0));
            Claim other = new Claim(token, alike.get(1));
            store.granted(lasting(name, claim));
            assertHeldBy(claim, store.notYours(lasting(name, other)));
            assertThat(store.release(name, other)).isFalse();
            assertThat(store.release(name, claim)).isTrue();
        }
    }
}
