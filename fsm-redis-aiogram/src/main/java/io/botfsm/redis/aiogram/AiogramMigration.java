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
 * Copies conversations from aiogram's layout into this library's layout, or back, within one database. State, names,
 * numbers and unknown entries are copied unchanged. (The order of names is not kept in this library's layout.)
 *
 * <p>It is safe while a bot is running, since each conversation is written on the condition that the target has none:
 * what a bot has written there, or cleared in response to an event, is kept. A conversation that changes in the source
 * while it is copied is copied again; the copy of one that is deleted there meanwhile is removed. A conversation of
 * aiogram is found by its state or by its data, whichever exists during the whole run. The migration can be stopped in
 * any way and run again: conversations that are already in the target are left unchanged. The source is not changed
 * unless {@link #removing()} is used.
 *
 * <p>Before anything is written, a sample of aiogram's keys is compared with the options of the layout; if other
 * options fit more than twice as many of them as these do, the migration fails. An ambiguous key, or one whose value
 * was not written by aiogram or cannot be stored, is skipped and named in the report; so is a conversation whose key in
 * the target has a value of another type.
 *
 * <p>Fencing tokens, event ids and deadlines cannot be represented in aiogram's layout, and are lost in that direction.
 * A conversation with attributes, such as the version of its data or the marks of a flow, is skipped in that direction,
 * and named with its attributes. The time to live restarts with that of the target.
 *
 * <p>Immutable and thread-safe. Redis Cluster is not supported, as with aiogram's layout itself.
 */
public final class AiogramMigration {
    /** The direction of a migration. */
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
     * @param layout the layout of aiogram's conversations
     * @param options the options of this library's storage
     */
    AiogramMigration(RedisPort port, Duration timeout, AiogramLayout layout, RedisStorageOptions options) {
        this(port, timeout, layout, options, false, false, true, report -> {});
    }

    /**
     * Creates a migration to the layout of the storage options that were set when connecting, or back. This first
     * checks that the server supports aiogram's layout, which blocks.
     *
     * @param redis stays open
     * @throws StorageUnavailableException if the server does not answer
     * @throws StorageRefusedException if the server belongs to a cluster, or the user lacks a permission for such keys
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

    /** Returns a dry run of this migration, which writes nothing and reports what would be done. */
    public AiogramMigration dry() {
        return new AiogramMigration(port, timeout, layout, options, true, removes, checksLayout, progress);
    }

    /**
     * Returns this migration with removal: a conversation is removed from the source after it was read back from the
     * target with equal state and data, in one step with the check that the source is still unchanged. A conversation
     * that differs stays in both; {@link MigrationReport#newer()} names it.
     */
    public AiogramMigration removing() {
        return new AiogramMigration(port, timeout, layout, options, dry, true, checksLayout, progress);
    }

    /**
     * Returns this migration without the check of the layout's options. Use it for a database in which most keys of the
     * prefix were written with other options, such as earlier options of the bot. Ambiguous keys are still skipped.
     */
    public AiogramMigration withoutLayoutCheck() {
        return new AiogramMigration(port, timeout, layout, options, dry, removes, false, progress);
    }

    /** Returns this migration with a progress listener, which is called on the thread that runs it. */
    public AiogramMigration progress(Consumer<MigrationReport> listener) {
        return new AiogramMigration(port, timeout, layout, options, dry, removes, checksLayout, listener);
    }

    /**
     * Migrates, and blocks until it is done.
     *
     * @return a report of what was done
     * @throws AiogramLayoutMismatchException if other options fit more than twice as many of aiogram's conversations;
     *     nothing was written
     * @throws StorageUnavailableException if Redis does not respond, or the thread was interrupted, in which case its
     *     interrupt flag is set again; run the migration again
     * @throws StorageRefusedException if Redis refuses, such as for a missing permission
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
     * Migrates states before data: a state that is set while keys are listed may be missed, but not data that existed
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
