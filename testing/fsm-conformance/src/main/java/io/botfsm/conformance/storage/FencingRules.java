package io.botfsm.conformance.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.conformance.Need;
import io.botfsm.conformance.Requires;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StorageKey;
import java.util.Map;
import java.util.Optional;

/** Rule 13: fencing tokens. */
abstract class FencingRules extends StorageRules {
    FencingRules(StateStorageConformance suite) {
        super(suite);
    }

    @Requires(Need.FENCING)
    void rule13_lowerTokenIsRefused() {
        TestedStorage storage = open();
        StorageKey key = freshKey();
        storage.applied(key, change().state("A").fencingToken(10));
        assertThat(storage.fenced(key, change().state("B").fencingToken(9)).highestToken())
                .isEqualTo(10);
        assertThat(storage.fenced(key, change().state("B").fencingToken(1)).highestToken())
                .isEqualTo(10);
        assertThat(storage.read(key).state()).hasValue("A");
    }

    @Requires(Need.FENCING)
    void rule13_equalTokenPasses() {
        TestedStorage storage = open();
        StorageKey key = freshKey();
        storage.applied(key, change().state("A").fencingToken(10));
        storage.applied(key, change().state("B").fencingToken(10));
        storage.applied(key, change().put("a", "1").fencingToken(10));
        assertThat(storage.read(key).state()).hasValue("B");
    }

    @Requires(Need.FENCING)
    void rule13_higherTokenPassesAndRefusesTheOneBefore() {
        TestedStorage storage = open();
        StorageKey key = freshKey();
        storage.applied(key, change().state("A").fencingToken(9));
        storage.applied(key, change().state("B").fencingToken(10));
        assertThat(storage.fenced(key, change().state("C").fencingToken(9)).highestToken())
                .isEqualTo(10);
        storage.applied(key, change().fencingToken(100));
        assertThat(storage.fenced(key, change().state("C").fencingToken(99)).highestToken())
                .isEqualTo(100);
    }

    @Requires(Need.FENCING)
    void rule13_writeWithoutTokenPassesAndLowersNothing() {
        TestedStorage storage = open();
        StorageKey key = freshKey();
        storage.applied(key, change().state("A").fencingToken(10));
        storage.applied(key, change().state("B"));
        storage.applied(key, change().replaceData(Map.of("a", "1")));
        storage.fenced(key, change().state("C").fencingToken(9));
        assertThat(storage.read(key).state()).hasValue("B");
    }

    @Requires(Need.FENCING)
    void rule13_tokenOutlivesClear() {
        for (Mutation.Builder ending : new Mutation.Builder[] {
            clear(),
            clear().fencingToken(10),
            change().clearState().remove("a"),
            change().clearState().replaceData(Map.of())
        }) {
            TestedStorage storage = open();
            StorageKey key = freshKey();
            storage.applied(key, change().state("A").put("a", "1").fencingToken(10));
            storage.applied(key, ending);
            assertThat(storage.read(key).state()).isEmpty();
            assertThat(storage.read(key).data()).isEmpty();
            assertThat(storage.fenced(key, change().state("B").fencingToken(9)).highestToken())
                    .isEqualTo(10);
            assertThat(beside(storage).read(key).state()).isEmpty();
            storage.applied(key, clear());
            storage.fenced(key, change().state("B").fencingToken(9));
            storage.applied(key, change().state("B"));
            storage.fenced(key, change().state("C").fencingToken(9));
            storage.applied(key, change().state("C").fencingToken(10));
        }
    }

    @Requires(Need.FENCING)
    void rule13_tokenOnNothingIsRemembered() {
        TestedStorage storage = open();
        StorageKey key = freshKey();
        long version = storage.applied(key, change().fencingToken(10)).version();
        Snapshot now = storage.read(key);
        assertThat(now.state()).isEmpty();
        assertThat(now.data()).isEmpty();
        assertThat(now.version()).isEqualTo(version).isPositive();
        storage.fenced(key, change().state("A").fencingToken(9));
        storage.applied(key, clear().fencingToken(11));
        storage.fenced(key, change().state("A").fencingToken(10));
    }

    @Requires(Need.FENCING)
    void rule13_tokensAreExactUpToTheHighest() {
        TestedStorage storage = open();
        for (long token :
                new long[] {1, 2, 127, 128, 1L << 31, 1L << 32, 99_999_999_999_999L, 1L << 52, Mutation.MAX_FENCE}) {
            StorageKey key = freshKey();
            storage.applied(key, change().state("A").fencingToken(token));
            storage.applied(key, change().state("B").fencingToken(token));
            if (token > 1) {
                assertThat(storage.fenced(key, change().state("C").fencingToken(token - 1))
                                .highestToken())
                        .isEqualTo(token);
            }
            if (token < Mutation.MAX_FENCE) {
                storage.applied(key, change().state("C").fencingToken(token + 1));
                assertThat(storage.fenced(key, change().state("D").fencingToken(token))
                                .highestToken())
                        .isEqualTo(token + 1);
            }
        }
    }

    /** 9 is less than 10, although "9" is not less than "10". */
    @Requires(Need.FENCING)
    void rule13_tokensAreComparedAsNumbers() {
        TestedStorage storage = open();
        StorageKey key = freshKey();
        storage.applied(key, change().state("A").fencingToken(9));
        storage.applied(key, change().state("B").fencingToken(10));
        storage.fenced(key, change().state("C").fencingToken(9));
        storage.applied(key, change().state("C").fencingToken(1_000));
        storage.fenced(key, change().state("D").fencingToken(999));
    }

    @Requires(Need.FENCING)
    void rule13_conversationsAreFencedEachOnItsOwn() {
        TestedStorage storage = open();
        storage.applied(freshKey(), change().state("A").fencingToken(10));
        storage.applied(freshKey(), change().state("A").fencingToken(3));
    }

    @Requires({Need.FENCING, Need.SHARES})
    void rule13_tokenOfAnotherStorageCounts() {
        TestedStorage older = open();
        TestedStorage newer = open();
        StorageKey key = freshKey();
        older.applied(key, change().state("A").fencingToken(7));
        newer.applied(key, change().state("B").fencingToken(8));
        assertThat(older.fenced(key, change().state("C").fencingToken(7)).highestToken())
                .isEqualTo(8);
        newer.applied(key, clear().fencingToken(8));
        older.fenced(key, change().state("C").fencingToken(7));
        older.close();
        newer.close();
        open().fenced(key, change().state("C").fencingToken(7));
    }

    @Requires({Need.FENCING, Need.ADVANCES_TIME, Need.TTL})
    void rule13_tokenIsForgottenWithItsTombstone() {
        TestedStorage storage = open(Optional.of(time.life()), DEADLINE);
        StorageKey key = freshKey();
        storage.applied(key, change().state("A").fencingToken(10));
        storage.applied(key, clear());
        time.pass(Mutation.MAX_TTL);
        assertThat(storage.read(key)).isEqualTo(Snapshot.none());
        storage.applied(key, change().state("A").fencingToken(9));
    }
}
