package io.botfsm.catalog;

import static java.util.Objects.requireNonNull;

import io.botfsm.internal.text.Text;
import io.botfsm.storage.ContentionException;
import io.botfsm.storage.FencedException;
import io.botfsm.storage.FsmException;
import io.botfsm.storage.Outcome;
import io.botfsm.storage.Outcome.Applied;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StateStorage.Capability;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.StorageRefusedException;
import io.botfsm.storage.catalog.ConversationCatalog;
import io.botfsm.storage.catalog.ConversationFilter;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Moves the conversations of a chat to another chat, such as when a messenger gives a chat another id. It moves those
 * of every user, topic, business connection and destiny, with state and the time when it was entered, data, attributes
 * and deadline. In a conversation whose user is the chat itself, both ids are replaced.
 *
 * <pre>{@code ChatMove.of(storage).move(botId, oldChatId, newChatId)}</pre>
 *
 * <p>Each conversation is first written under its new key, and then cleared under the old one if it has not changed
 * meanwhile; otherwise it is written again. If there is a conversation under both keys, the one that was written last
 * is kept: a conversation that a user has begun in the new chat stays if it is newer. The move repeats its scan until
 * it finds no conversation, so that nothing that was written to the old chat before the last scan is left there. If the
 * storage refuses the clear, such as for a fencing token, the move clears the new key again and fails: the conversation
 * stays where it was. After a failure, call it again to continue.
 *
 * <p>The conversation under the new key gets a new version, time of last write and time to live, as with any write. The
 * events that a conversation remembers and its fencing token stay under the old key, for as long as they outlive a
 * clear: a redelivered update names the old chat, and is recognized there.
 *
 * <p>Writes go through the given storage: pass the one that your bot uses, with its decorators. Transition rules do not
 * apply to these writes, and no listener is notified. Thread-safe.
 */
public final class ChatMove {
    private static final int MOST_ATTEMPTS = 100;

    private final MaintainedStorage storage;
    private final ConversationCatalog catalog;

    private ChatMove(MaintainedStorage storage) {
        this.storage = storage;
        this.catalog = storage.catalog();
        storage.require(Capability.COMPARE_AND_SET, "moving a chat");
    }

    /**
     * Creates a move in a storage.
     *
     * @param storage stays open
     * @throws IllegalArgumentException if the storage offers no {@link ConversationCatalog}, or keeps no versions
     */
    public static ChatMove of(StateStorage storage) {
        return new ChatMove(new MaintainedStorage(storage));
    }

    /**
     * Moves every conversation of a chat. Blocks. Each pass takes as long as a scan of the whole storage, and there are
     * at least two passes if there is anything to move.
     *
     * @param bot the bot's id, as in {@link StorageKey#bot(Object)}
     * @param from the chat's former id, as in {@link StorageKey.Builder#chat(Object)}
     * @param to the chat's current id
     * @throws IllegalArgumentException if an id is neither a whole number nor a text, or empty, or both chats are the
     *     same
     * @throws ChatMoveIncompleteException if others kept writing conversations of the former chat
     * @throws ContentionException if others kept writing one of the conversations
     * @throws FsmException if the storage is unavailable or refuses, or the thread is interrupted
     */
    public ChatMoveReport move(Object bot, Object from, Object to) {
        ConversationFilter former =
                ConversationFilter.bot(requireNonNull(bot, "bot")).chat(requireNonNull(from, "from"));
        String source = former.chat().orElseThrow();
        String target = StorageKey.bot(bot)
                .chat(requireNonNull(to, "to"))
                .user(0)
                .build()
                .chat();
        if (source.equals(target)) {
            throw new IllegalArgumentException("a chat cannot be moved to itself: " + Text.field(source));
        }
        AtomicLong moved = new AtomicLong();
        AtomicLong superseded = new AtomicLong();
        RepeatedScan scan = new RepeatedScan(catalog, former);
        boolean isDone = scan.run(page -> page.forEach(found -> {
            switch (move(found.key(), keyIn(found.key(), target))) {
                case MOVED -> moved.incrementAndGet();
                case SUPERSEDED -> superseded.incrementAndGet();
                case ENDED -> {}
            }
        }));
        if (!isDone) {
            throw new ChatMoveIncompleteException(former, moved.get(), scan.passes());
        }
        return ChatMoveReport.of(moved.get(), superseded.get(), scan.passes(), scan.unreadable());
    }

    /**
     * Returns the key that a conversation has after its chat was moved.
     *
     * @param key the former key
     * @param chat the chat's current id
     * @throws IllegalArgumentException if the id is neither a whole number nor a text, or empty
     */
    public static StorageKey keyIn(StorageKey key, Object chat) {
        requireNonNull(key, "key");
        requireNonNull(chat, "chat");
        boolean isOfTheChat = key.user().equals(key.chat());
        StorageKey.Builder moved = StorageKey.bot(key.bot())
                .chat(chat)
                .user(isOfTheChat ? chat : key.user())
                .destiny(key.destiny());
        key.thread().ifPresent(moved::thread);
        key.business().ifPresent(moved::business);
        return moved.build();
    }

    /** What happened to a conversation of the former chat. */
    private enum Fate {
        MOVED,
        /** Cleared, since the conversation in the current chat is newer. */
        SUPERSEDED,
        /** Ended by someone else meanwhile. */
        ENDED
    }

    /**
     * Moves one conversation. It may have changed since it was found, and may have been moved already if it was found
     * twice.
     */
    private Fate move(StorageKey key, StorageKey target) {
        long start = System.nanoTime();
        Snapshot source = storage.read(key);
        if (!CarriedConversation.isThere(source)) {
            return Fate.ENDED;
        }
        OptionalLong copied = OptionalLong.empty();
        boolean hasDeadline = false;
        for (int attempt = 1; attempt <= MOST_ATTEMPTS; attempt++) {
            Snapshot present = storage.read(target);
            boolean isCopied = isToBeCopied(source, present, copied);
            if (isCopied) {
                if (!(storage.write(target, CarriedConversation.onto(source, present)) instanceof Applied applied)) {
                    continue;
                }
                copied = OptionalLong.of(applied.version());
                hasDeadline = source.deadline().isPresent();
            }
            Outcome cleared;
            try {
                cleared = storage.write(
                        key,
                        CarriedConversation.end(
                                source.version(), source.deadline().isPresent()));
            } catch (FencedException e) {
                throw afterTakeBack(e, target, copied, hasDeadline);
            } catch (StorageRefusedException e) {
                throw e.mayBeApplied() ? e : afterTakeBack(e, target, copied, hasDeadline);
            }
            if (cleared instanceof Applied) {
                return isCopied ? Fate.MOVED : Fate.SUPERSEDED;
            }
            source = MaintainedStorage.current(key, cleared);
            if (!CarriedConversation.isThere(source)) {
                takeBack(target, copied, hasDeadline);
                return Fate.ENDED;
            }
        }
        throw new ContentionException(key, MOST_ATTEMPTS, Duration.ofNanos(System.nanoTime() - start));
    }

    /**
     * Returns whether the source must be copied: if there is no conversation at the target yet, or an older one. A copy
     * that this move made of an older source counts as older, unless it has been written since.
     */
    private static boolean isToBeCopied(Snapshot source, Snapshot present, OptionalLong copied) {
        boolean isFree =
                copied.isPresent() ? copied.getAsLong() == present.version() : !CarriedConversation.isThere(present);
        return isFree || isNewer(source, present);
    }

    private static boolean isNewer(Snapshot one, Snapshot other) {
        return one.touched().isPresent()
                && other.touched().filter(one.touched().get()::isAfter).isPresent();
    }

    /** Clears the copy of a source whose clear was refused, so that the conversation is not in both chats. */
    private FsmException afterTakeBack(
            FsmException refused, StorageKey target, OptionalLong copied, boolean hasDeadline) {
        try {
            takeBack(target, copied, hasDeadline);
        } catch (RuntimeException e) {
            refused.addSuppressed(e);
        }
        return refused;
    }

    /**
     * Clears the copy of a source that its bot has cleared meanwhile, or that cannot be cleared, unless someone has
     * written the copy.
     */
    private void takeBack(StorageKey target, OptionalLong copied, boolean hasDeadline) {
        if (copied.isPresent()) {
            var unused = storage.write(target, CarriedConversation.end(copied.getAsLong(), hasDeadline));
        }
    }
}
