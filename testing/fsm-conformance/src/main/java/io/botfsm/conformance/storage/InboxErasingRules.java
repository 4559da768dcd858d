package io.botfsm.conformance.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.botfsm.storage.StorageKey;
import io.botfsm.storage.catalog.ConversationFilter;
import io.botfsm.storage.inbox.InboxFencedException;
import io.botfsm.storage.inbox.InboxUpdate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Rule U12: what belongs to a user, a chat or a bot is erased. */
abstract class InboxErasingRules extends InboxRules {
    InboxErasingRules(UpdateInboxConformance suite) {
        super(suite);
    }

    private static InboxUpdate of(StorageKey key, String id) {
        return InboxUpdate.of(id, Optional.of(key), new byte[] {1, 2});
    }

    private static StorageKey key(String bot, String chat, String user) {
        return StorageKey.bot(bot).chat(chat).user(user).build();
    }

    @Test
    void ruleU12_whatMatchesIsErasedOfEveryBot() {
        TestedInbox inbox = open();
        String user = "user-" + UUID.randomUUID();
        List<String> bots = List.of(freshBot(), freshBot());
        for (String bot : bots) {
            for (int i = 0; i < 3; i++) {
                inbox.add(bot, of(key(bot, "c" + i, user), "mine-" + i), of(key(bot, "c" + i, "other"), "other-" + i));
                inbox.bury(bot, of(key(bot, user, user), "dead-" + i));
                inbox.bury(bot, of(key(bot, user, "other"), "dead-other-" + i));
            }
            inbox.add(bot, InboxUpdate.of("none", Optional.empty(), user.getBytes(UTF_8)));
        }
        assertThat(beside(inbox).untested().erase(ConversationFilter.all().user(user)))
                .isEqualTo(12);
        for (String bot : bots) {
            assertThat(inbox.updates(bot))
                    .extracting(InboxUpdate::id)
                    .containsExactly("other-0", "other-1", "other-2", "none");
            assertThat(inbox.letters(bot))
                    .extracting(InboxUpdate::id)
                    .containsExactly("dead-other-0", "dead-other-1", "dead-other-2");
            inbox.requireCounts(bot);
        }
        assertThat(inbox.untested().erase(ConversationFilter.all().user(user))).isZero();
        assertThat(inbox.untested().erase(ConversationFilter.bot(bots.get(0)).chat(user)))
                .isEqualTo(3);
        assertThat(inbox.dead(bots.get(0))).isEmpty();
        assertThat(inbox.dead(bots.get(1))).hasSize(3);
        inbox.requireCounts(bots.get(0));
    }

    @Test
    void ruleU12_whatHasNoConversationIsItsBots() {
        TestedInbox inbox = open();
        String bot = freshBot();
        String other = freshBot();
        for (String each : List.of(bot, other)) {
            inbox.add(each, update(each, 1), InboxUpdate.of("none", Optional.empty(), new byte[1]));
            inbox.bury(each, InboxUpdate.of("dead", Optional.empty(), new byte[1]));
        }
        assertThat(inbox.untested().erase(ConversationFilter.bot(bot).user(1))).isEqualTo(1);
        assertThat(inbox.updates(bot)).extracting(InboxUpdate::id).containsExactly("none");
        assertThat(inbox.untested().erase(ConversationFilter.bot(bot))).isEqualTo(2);
        assertThat(inbox.waiting(bot)).isEmpty();
        assertThat(inbox.dead(bot)).isEmpty();
        assertThat(inbox.updates(other)).hasSize(2);
        assertThat(inbox.dead(other)).hasSize(1);
        inbox.requireCounts(bot);
    }

    @Test
    void ruleU12_whatIsErasedMakesRoomAndLeavesTheFence() {
        TestedInbox inbox = open();
        String bot = freshBot();
        inbox.untested().add(bot, updates(bot, 0, 5), LIMITS, token(5));
        long last = inbox.waiting(bot).get(4).position();
        assertThat(inbox.untested().erase(ConversationFilter.bot(bot))).isEqualTo(5);
        assertThat(inbox.untested()
                        .add(bot, updates(bot, 5, 8), LIMITS.updates(3).bytes(30), NO_TOKEN))
                .isTrue();
        assertThat(inbox.waiting(bot).get(0).position()).isGreaterThan(last);
        assertThatThrownBy(() -> inbox.untested().remove(bot, List.of(), token(4)))
                .isInstanceOf(InboxFencedException.class);
    }

    @Test
    void ruleU12_manyAreErased() {
        TestedInbox inbox = open();
        String bot = freshBot();
        List<InboxUpdate> mine = new ArrayList<>();
        List<InboxUpdate> others = new ArrayList<>();
        for (int i = 0; i < 450; i++) {
            (i % 3 == 0 ? others : mine).add(of(key(bot, "c", i % 3 == 0 ? "b" : "a"), "" + i));
        }
        inbox.add(bot, mine);
        inbox.add(bot, others);
        for (int i = 0; i < 30; i++) {
            inbox.bury(bot, of(key(bot, "c", "a"), "dead-" + i));
        }
        assertThat(inbox.untested().erase(ConversationFilter.bot(bot).user("a")))
                .isEqualTo(330);
        assertThat(inbox.updates(bot)).isEqualTo(others);
        inbox.requireCounts(bot);
        assertThat(inbox.untested().erase(ConversationFilter.bot(bot))).isEqualTo(150);
    }

    @Test
    void ruleU12_keysAloneAreLookedAt() {
        TestedInbox inbox = open();
        String bot = freshBot();
        inbox.add(bot, update(bot, 1));
        ConversationFilter filter = ConversationFilter.bot(bot);
        for (ConversationFilter more :
                List.of(filter.state("A"), filter.untouchedSince(Instant.MAX), filter.dueBefore(Instant.MAX))) {
            assertThatThrownBy(() -> inbox.untested().erase(more)).isInstanceOf(IllegalArgumentException.class);
        }
        assertThat(inbox.updates(bot)).hasSize(1);
    }
}
