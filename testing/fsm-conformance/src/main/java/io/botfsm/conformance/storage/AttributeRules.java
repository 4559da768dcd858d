package io.botfsm.conformance.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.conformance.Need;
import io.botfsm.conformance.Requires;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StorageKey;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Rule 21: what this library's own parts keep with a conversation, apart from the user's data. */
abstract class AttributeRules extends StorageRules {
    AttributeRules(StateStorageConformance suite) {
        super(suite);
    }

    @Requires(Need.ATTRIBUTES)
    void rule21_attributesAreNoDataAndDataAreNoAttributes() {
        TestedStorage storage = open();
        StorageKey key = freshKey();
        storage.applied(
                key, change().state("A").put("flow", "1").put("@flow", "2").attribute("flow", "x"));
        assertThat(storage.read(key).data()).isEqualTo(Map.of("flow", "1", "@flow", "2"));
        assertThat(storage.read(key).attributes()).isEqualTo(Map.of("flow", "x"));
        storage.applied(key, change().remove("flow").remove("@flow"));
        assertThat(storage.read(key).data()).isEmpty();
        assertThat(storage.read(key).attributes()).isEqualTo(Map.of("flow", "x"));
        storage.applied(key, change().put("flow", "3").removeAttribute("flow"));
        assertThat(storage.read(key).data()).isEqualTo(Map.of("flow", "3"));
        assertThat(storage.read(key).attributes()).isEmpty();
    }

    @Requires(Need.ATTRIBUTES)
    void rule21_attributesComeBackAsTheyWentIn() {
        TestedStorage storage = open();
        StorageKey key = freshKey();
        Map<String, String> all = new LinkedHashMap<>();
        List<String> texts = List.of("", " ", "0", "\u0000", "счёт 😀", "{\"a\":1}", ":s", "x".repeat(5_000));
        Mutation.Builder change = change().state("A");
        for (String text : texts) {
            String name = "a." + all.size() + "_-Z";
            all.put(name, text);
            change.attribute(name, text);
        }
        for (String name : List.of("s", "v", "f", "o", "e", "x", "d", "0", ".", "n".repeat(64))) {
            all.put(name, name);
            change.attribute(name, name);
        }
        storage.applied(key, change);
        assertThat(storage.read(key).attributes()).isEqualTo(all);
        assertThat(storage.read(key).data()).isEmpty();
        assertThat(storage.read(key).state()).hasValue("A");
    }

    @Requires(Need.ATTRIBUTES)
    void rule21_patchTouchesTheNamedAttributesOnly() {
        TestedStorage storage = open();
        StorageKey key = freshKey();
        storage.applied(key, change().state("A").attribute("a", "1").attribute("b", "2"));
        storage.applied(key, change().attribute("b", "3").attribute("c", "4").removeAttribute("never-there"));
        assertThat(storage.read(key).attributes()).isEqualTo(Map.of("a", "1", "b", "3", "c", "4"));
        storage.applied(key, change().state("B").put("x", "1").removeAttribute("a"));
        assertThat(storage.read(key).attributes()).isEqualTo(Map.of("b", "3", "c", "4"));
    }

    @Requires(Need.ATTRIBUTES)
    void rule21_replacingTheDataLeavesThem() {
        TestedStorage storage = open();
        StorageKey key = freshKey();
        storage.applied(key, change().state("A").put("a", "1").attribute("flow", "x"));
        storage.applied(key, change().replaceData(Map.of("b", "2")));
        assertThat(storage.read(key).attributes()).isEqualTo(Map.of("flow", "x"));
        storage.applied(key, change().replaceData(Map.of()));
        assertThat(storage.read(key).attributes()).isEqualTo(Map.of("flow", "x"));
        storage.applied(key, change().clearState().replaceData(Map.of("c", "3")));
        assertThat(storage.read(key).attributes()).isEqualTo(Map.of("flow", "x"));
        assertThat(storage.read(key).data()).isEqualTo(Map.of("c", "3"));
    }

    @Requires(Need.ATTRIBUTES)
    void rule21_theyGoWithStateAndData() {
        TestedStorage storage = open();
        for (Mutation.Builder ending : List.of(
                clear(),
                clear().attribute("flow", "y"),
                change().clearState().remove("a"),
                change().clearState().replaceData(Map.of()).attribute("more", "1"))) {
            StorageKey key = freshKey();
            storage.applied(key, change().state("A").put("a", "1").attribute("flow", "x"));
            storage.applied(key, ending);
            assertThat(storage.read(key)).isEqualTo(Snapshot.none());
            storage.applied(key, change().state("B"));
            assertThat(storage.read(key).attributes()).isEmpty();
        }
    }

    @Requires({Need.ATTRIBUTES, Need.EVENT_ID})
    void rule21_tombstoneHasNone() {
        TestedStorage storage = open();
        StorageKey key = freshKey();
        storage.applied(key, change().attribute("flow", "x").eventId(1));
        assertThat(storage.read(key).attributes()).isEmpty();
        storage.applied(key, change().state("A").attribute("flow", "x").eventId(2));
        assertThat(storage.read(key).attributes()).isEqualTo(Map.of("flow", "x"));
        storage.applied(key, clear());
        assertThat(storage.read(key).attributes()).isEmpty();
        storage.applied(key, change().put("a", "1"));
        assertThat(storage.read(key).attributes()).isEmpty();
    }

    @Requires(Need.ATTRIBUTES)
    void rule21_theyMakeNoConversation() {
        TestedStorage storage = open();
        StorageKey key = freshKey();
        assertThat(storage.applied(key, change().attribute("flow", "x")).version())
                .isZero();
        assertThat(storage.read(key)).isEqualTo(Snapshot.none());
    }
}
