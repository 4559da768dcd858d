package io.botfsm.telegrambots;

import io.botfsm.Fsm;
import io.botfsm.catalog.ChatMove;
import io.botfsm.catalog.ChatMoveReport;
import io.botfsm.internal.text.Text;
import io.botfsm.lock.Lease;
import io.botfsm.storage.FencedException;
import io.botfsm.storage.ForwardingStateStorage;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Outcome;
import io.botfsm.storage.Outcome.Fenced;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StateStorage.Capability;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.StorageRefusedException;
import io.botfsm.storage.catalog.ConversationCatalog;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Moves the conversations of groups that become supergroups, where the storage can find them. Thread-safe. */
final class ChatMigrations {
    private static final Logger LOG = LoggerFactory.getLogger(ChatMigrations.class.getPackageName());

    private final Object botId;
    private final boolean wanted;
    private final Optional<ChatMove> move;

    private ChatMigrations(Object botId, boolean wanted, Optional<ChatMove> move) {
        this.botId = botId;
        this.wanted = wanted;
        this.move = move;
    }

    /** @param fsm fenced by the lease's token, unless the session is unfenced */
    static ChatMigrations of(Object botId, Fsm fsm, Lease lease, boolean wanted) {
        StateStorage storage = new OfLease(fsm.storage(), lease.fencingToken());
        boolean isPossible = storage.capabilities().contains(Capability.COMPARE_AND_SET)
                && storage.extension(ConversationCatalog.class).isPresent();
        return new ChatMigrations(
                botId, wanted, wanted && isPossible ? Optional.of(ChatMove.of(storage)) : Optional.empty());
    }

    /** Lets a move by a superseded instance fail as its handlers do, so that the lease is reported as lost. */
    private static final class OfLease extends ForwardingStateStorage {
        private final long token;

        OfLease(StateStorage storage, long token) {
            super(storage);
            this.token = token;
        }

        @Override
        public CompletionStage<Outcome> write(StorageKey key, Mutation mutation) {
            return storage().write(key, mutation).thenApply(outcome -> {
                if (outcome instanceof Fenced fenced) {
                    throw new FencedException(key, token, fenced.highestToken());
                }
                return outcome;
            });
        }
    }

    /**
     * Moves the conversations of the chat whose migration the update reports, and returns the update's key afterwards.
     */
    Optional<StorageKey> follow(PendingUpdate update) {
        Optional<ChatMigration> migration = update.migration();
        if (migration.isEmpty()) {
            return update.key();
        }
        if (!update.chatMoved) {
            update.chatMoved = isMoved(migration.get());
        }
        return update.chatMoved ? update.key().map(migration.get()::follow) : update.key();
    }

    private boolean isMoved(ChatMigration migration) {
        if (move.isEmpty()) {
            if (wanted) {
                LOG.warn(
                        "Chat {} has become {}, but its conversations were not moved: the storage offers no catalog to"
                                + " find them",
                        migration.from(),
                        migration.to());
            }
            return false;
        }
        try {
            ChatMoveReport report = move.get().move(botId, migration.from(), migration.to());
            LOG.info("Chat {} has become {}: {}", migration.from(), migration.to(), report);
            return true;
        } catch (StorageRefusedException e) { // trying again does not help
            LOG.error(
                    "Chat {} has become {}, but some or all of its conversations were not moved; remove the cause and"
                            + " move them with ChatMove: {}",
                    migration.from(),
                    migration.to(),
                    Text.oneLine(e.toString()));
            return false;
        }
    }
}
