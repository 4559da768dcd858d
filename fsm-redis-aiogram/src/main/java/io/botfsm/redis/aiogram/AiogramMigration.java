package io.botfsm.redis.aiogram;

import static java.util.Objects.requireNonNull;

import io.botfsm.redis.BotRedis;
import io.botfsm.redis.RedisStateStorage;
import io.botfsm.redis.RedisStorageOptions;
import io.botfsm.redis.aiogram.ConversationCopy.CopyResult;
import io.botfsm.redis.internal.KeyScheme;
import io.botfsm.redis.spi.RedisPort;
import io.botfsm.redis.spi.ServerAccess;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageClosedException;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.StorageRefusedException;
import io.botfsm.storage.StorageUnavailableException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * Copies conversations from aiogram's layout into this library's, or back, within one database. State, names, numbers
 * and entries that nobody here knows are copied as they are. (The order of names is not kept in this library's layout.)
 *
 * <p>Safe beside a running bot, since each conversation is written under the condition that the target has none: what a
 * bot has written there, or cleared in answer to an event, stays. One that changes in the source while it is copied is
 * copied again; one that is deleted there meanwhile is taken back. A conversation of aiogram's is found by its state or
 * by its data, whichever exists throughout. Safe to be stopped in any way and run again: what is there is left as it
 * is. The source stays whole unless {@link #removing()}.
 *
 * <p>Before anything is written, a sample of aiogram's keys is compared with the options of the layout; where others
 * fit most of them, the migration fails. A key that can be read in more than one way, and one whose value is not
 * aiogram's or cannot be stored, is skipped and named in the report; so is a conversation whose place in the target has
 * a value of another type.
 *
 * <p>Fencing tokens and event ids have no place in aiogram's layout and are left behind on the way there. A time to
 * live begins anew, with the target's.
 *
 * <p>Immutable and thread-safe. Not for Redis Cluster, as aiogram's layout itself.
 */
public final class AiogramMigration {
    /** Which way conversations go. */
    public enum Direction {
        /** From aiogram's layout into this library's. */
        FROM_AIOGRAM,
        /** From this library's layout into aiogram's. */
        TO_AIOGRAM
    }

    private final RedisPort port;
    private final Duration timeout;
    private final AiogramLayout layout;
    private final RedisStorageOptions options;
    private final boolean dry;
    private final boolean removes;
    private final boolean checksLayout;
    private final Consumer<MigrationReport> progress;

    /**
     * A migration over a client.
     *
     * @param port the client, which stays open
     * @param timeout how long the client lets a command take
     * @param layout how aiogram keeps conversations
     * @param options how this library keeps them
     */
    AiogramMigration(RedisPort port, Duration timeout, AiogramLayout layout, RedisStorageOptions options) {
        this(port, timeout, layout, options, false, false, true, report -> {});
    }

    /**
     * A migration to the layout of the storage options chosen when connecting, or back. The server is checked for
     * aiogram's layout first, which blocks.
     *
     * @param redis stays open
     * @throws StorageUnavailableException if the server does not answer
     * @throws StorageRefusedException if the server is of a cluster, or the user lacks a right for such keys
     */
    public static AiogramMigration of(BotRedis redis, AiogramLayout layout) {
        requireNonNull(redis, "redis");
        requireNonNull(layout, "layout");
        ServerAccess access = redis.access();
        AiogramStateStorage.requireSupported(access, layout);
        return new AiogramMigration(access.port(), access.timeout(), layout, redis.storageOptions());
    }

    private AiogramMigration(
            RedisPort port,
            Duration timeout,
            AiogramLayout layout,
            RedisStorageOptions options,
            boolean dry,
            boolean removes,
            boolean checksLayout,
            Consumer<MigrationReport> progress) {
        this.port = port;
        this.timeout = timeout;
        this.layout = layout;
        this.options = options;
        this.dry = dry;
        this.removes = removes;
        this.checksLayout = checksLayout;
        this.progress = progress;
    }

    /** The same, but nothing is written: reports what would be. */
    public AiogramMigration dry() {
        return new AiogramMigration(port, timeout, layout, options, true, removes, checksLayout, progress);
    }

    /**
     * The same, and a conversation is removed from the source once it was read back from the target, equal in state and
     * data; in one step with the check that the source still has what was compared. One that differs stays in both;
     * {@link MigrationReport#newer()} names it.
     */
    public AiogramMigration removing() {
        return new AiogramMigration(port, timeout, layout, options, dry, true, checksLayout, progress);
    }

    /**
     * The same, but nothing is concluded from other keys on the options of the layout. For a database in which most
     * keys of the prefix are of other options, such as those a bot had before. Keys that can be read in more than one
     * way are skipped nevertheless.
     */
    public AiogramMigration withoutLayoutCheck() {
        return new AiogramMigration(port, timeout, layout, options, dry, removes, false, progress);
    }

    /** The same, telling how far it is, on the thread that runs it. */
    public AiogramMigration telling(Consumer<MigrationReport> listener) {
        return new AiogramMigration(port, timeout, layout, options, dry, removes, checksLayout, listener);
    }

    /**
     * Migrates, and blocks until it is done.
     *
     * @return what it has done
     * @throws AiogramLayoutMismatchException if most of the keys that aiogram has here do not fit the options of the
     *     layout; nothing was written
     * @throws StorageUnavailableException if Redis does not answer, or the thread was interrupted, whose flag is set
     *     again; run it again
     * @throws StorageRefusedException if Redis refuses, such as for a missing right
     * @throws StorageClosedException if the client is closed
     */
    public MigrationReport run(Direction direction) {
        MigrationRun run = new MigrationRun(port, timeout, progress);
        if (checksLayout) {
            run.check(layout);
        }
        try (StateStorage aiogram = new AiogramStateStorage(port, timeout, layout);
                StateStorage own = new RedisStateStorage(port, timeout, options)) {
            if (direction == Direction.FROM_AIOGRAM) {
                fromAiogram(run, new ConversationCopy(aiogram, own, dry, removes));
            } else {
                toAiogram(run, new ConversationCopy(own, aiogram, dry, removes));
            }
        }
        return run.end();
    }

    /**
     * States before data: a state that is set while keys are listed may be missed, but not the data that were there
     * before.
     */
    private void fromAiogram(MigrationRun run, ConversationCopy copy) {
        AiogramKeyReader reader = new AiogramKeyReader(layout);
        run.count(layout.pattern(), key -> !layout.ids(key).isEmpty());
        Set<StorageKey> newer = ConcurrentHashMap.newKeySet();
        run.copy(
                layout.patternOfStates(),
                reader::conversation,
                key -> copy.migrate(key).thenApply(end -> {
                    if (end == CopyResult.NEWER_THERE) {
                        newer.add(key);
                    }
                    return end;
                }));
        run.copy(layout.patternOfData(), reader::conversation, key -> copy.migrateMissed(key, newer::contains));
    }

    private void toAiogram(MigrationRun run, ConversationCopy copy) {
        KeyScheme scheme = new KeyScheme(options.keyPrefix());
        AiogramKeyReader reader = new AiogramKeyReader(layout);
        String pattern = scheme.pattern(layout.bot());
        run.count(pattern, key -> true);
        run.copy(
                pattern,
                key -> {
                    StorageKey conversation = scheme.conversation(key)
                            .orElseThrow(() -> new IllegalArgumentException("not a key of this layout"));
                    reader.requireUnambiguous(conversation);
                    return conversation;
                },
                copy::migrate);
    }
}
