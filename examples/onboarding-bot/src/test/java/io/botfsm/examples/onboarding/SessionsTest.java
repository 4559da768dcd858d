package io.botfsm.examples.onboarding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.botfsm.memory.MemoryStateStorage;
import io.botfsm.storage.FsmException;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StorageKey;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the flow saves a second time. */
class SessionsTest {
    private static final StorageKey KEY = StorageKey.bot(1).chat(2).user(3).build();

    private final List<String> saved = new ArrayList<>();
    private boolean isAway;
    private final OnboardingFlow flow = new OnboardingFlow(new MemoryStateStorage(), this::save);

    private void save(StorageKey key, Snapshot now, long eventId) {
        if (isAway) {
            throw new FsmException("away");
        }
        saved.add(eventId + " " + now.state().orElse("(none)") + " " + now.data());
    }

    @Test
    void savesEachTurnAsItWasCommitted() {
        flow.receive(new Message(KEY, 1, "/start"));
        flow.receive(flow.fsm().fencedBy(9), new Message(KEY, 2, "Alice"));
        flow.receive(flow.fsm().fencedBy(9), new Message(KEY, 3, "/cancel"));

        assertThat(saved).hasSize(3);
        assertThat(saved.get(0)).isEqualTo("1 Onboarding:NAME {}");
        assertThat(saved.get(1)).startsWith("2 Onboarding:AGE {").contains("name=\"Alice\"");
        assertThat(saved.get(2)).isEqualTo("3 (none) {}");
    }

    @Test
    void savesTheTurnOfARepeatedMessage() {
        flow.receive(new Message(KEY, 1, "/start"));
        isAway = true;
        Message told = new Message(KEY, 2, "Alice");
        assertThatThrownBy(() -> flow.receive(told)).hasMessage("away");
        isAway = false;

        assertThat(flow.receive(told).texts()).containsExactly("Nice to meet you, Alice. What is your age?");
        assertThat(saved).hasSize(2);
        assertThat(saved.get(1)).startsWith("2 Onboarding:AGE {");
    }
}
