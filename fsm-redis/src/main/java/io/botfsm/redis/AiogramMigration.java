package io.botfsm.redis;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.botfsm.FsmException;
import io.botfsm.StorageClosedException;
import io.botfsm.StorageKey;
import io.botfsm.StorageRefusedException;
import io.botfsm.StorageUnavailableException;
import io.botfsm.redis.MigrationReport.Skipped;
import io.botfsm.redis.spi.RedisPort;
import io.botfsm.redis.spi.RedisPortException;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Outcome.Applied;
import io.botfsm.storage.Outcome.Conflict;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StateStorage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Copies conversations from aiogram's layout into this library's, or back, within one database. State, names, numbers and
 * entries that nobody here knows come over as they are. (In which order names stand is not kept here.)
 *
 * <p>Safe beside a running bot, since each conversation is written under the condition that the target has none: what a bot has
 * written there, or cleared in answer to an event, is newer and stays. A conversation that changes in the source meanwhile is
 * copied again; one that goes away there is taken back. Safe to be stopped in any way and run again: what is there is left as it
 * is. The source stays whole unless {@link #removing()}.
 *
 * <p>Fencing tokens and event ids have no place in aiogram's layout and are left behind on the way there. A time to live begins
 * anew, with the target's.
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

    /** How many conversations are on their way at once. */
    private static final int BATCH = 100;

    private final RedisPort port;
    private final Duration deadline;
    private final AiogramLayout layout;
    private final RedisStorageOptions options;
    private final boolean dry;
    private final boolean removes;
    private final Consumer<MigrationReport> progress;

    /**
     * A migration over a client.
     *
     * @param port the client, which stays open
     * @param deadline how long the client lets a command take
     * @param layout how aiogram keeps conversations
     * @param options how this library keeps them
     */
    public AiogramMigration(RedisPort port, Duration deadline, AiogramLayout layout, RedisStorageOptions options) {
        this(port, deadline, layout, options, false, false, report -> {});
    }

    private AiogramMigration(
            RedisPort port,
            Duration deadline,
            AiogramLayout layout,
            RedisStorageOptions options,
            boolean dry,
            boolean removes,
            Consumer<MigrationReport> progress) {
        this.port = port;
        this.deadline = deadline;
        this.layout = layout;
        this.options = options;
        this.dry = dry;
        this.removes = removes;
        this.progress = progress;
    }

    /** The same, but nothing is written: tells what would be. */
    public AiogramMigration dry() {
        return new AiogramMigration(port, deadline, layout, options, true, removes, progress);
    }

    /** The same, and what the target has, copied or newer, is removed from the source, unless it has changed there meanwhile. */
    public AiogramMigration removing() {
        return new AiogramMigration(port, deadline, layout, options, dry, true, progress);
    }

    /** The same, telling how far it is, on the thread that runs it. */
    public AiogramMigration telling(Consumer<MigrationReport> listener) {
        return new AiogramMigration(port, deadline, layout, options, dry, removes, listener);
    }

    /**
     * Migrates, and blocks until it is done.
     *
     * @return what it has done
     * @throws StorageUnavailableException if Redis does not answer, or the thread was interrupted, whose flag is set again; run it
     *     again
     * @throws StorageRefusedException if Redis refuses, such as for a missing right
     * @throws StorageClosedException if the client is closed
     */
    public MigrationReport run(Direction direction) {
        return new Run(direction).all();
    }

    /** What became of one conversation. */
    private enum End {
        MIGRATED,
        ALREADY_THERE,
        NEWER_THERE,
        NOTHING
    }

    private final class Run {
        private final StateStorage source;
        private final StateStorage target;
        private final String pattern;
        private final Function<String, Optional<StorageKey>> conversation;
        private final Predicate<String> isOfConversations;
        private final Predicate<String> isOfData;
        private long keys;
        private long keysInAll;
        private long migrated;
        private long alreadyThere;
        private long newerThere;
        private long skippedInAll;
        private final List<Skipped> skipped = new ArrayList<>();

        Run(Direction direction) {
            StateStorage aiogram = new AiogramStateStorage(port, deadline, layout);
            StateStorage own = new RedisStateStorage(port, deadline, options);
            KeyScheme scheme = new KeyScheme(options.keyPrefix());
            boolean from = direction == Direction.FROM_AIOGRAM;
            source = from ? aiogram : own;
            target = from ? own : aiogram;
            pattern = from ? layout.pattern() : scheme.pattern(layout.bot());
            conversation = from ? layout::conversation : scheme::conversation;
            isOfConversations = from ? layout::isOfConversations : scheme::isOfConversations;
            isOfData = from ? layout::isOfData : key -> false;
        }

        MigrationReport all() {
            scan(batch -> keysInAll += batch.size());
            scan(this::migrate);
            MigrationReport report = report();
            progress.accept(report);
            return report;
        }

        private MigrationReport report() {
            return new MigrationReport(
                    keys, Math.max(keys, keysInAll), migrated, alreadyThere, newerThere, skippedInAll, skipped);
        }

        private void scan(Consumer<List<String>> each) {
            ScriptCalls scripts = new ScriptCalls(port, deadline);
            byte[] cursor = {'0'};
            do {
                List<byte[]> args = List.of(
                        cursor, pattern.getBytes(UTF_8), Integer.toString(BATCH).getBytes(US_ASCII));
                List<Object> reply = answer(() -> scan(scripts, args));
                cursor = (byte[]) reply.get(0);
                List<String> found = ((List<?>) reply.get(1))
                        .stream()
                                .map(key -> new String((byte[]) key, UTF_8))
                                .filter(isOfConversations)
                                .toList();
                each.accept(found);
            } while (!(cursor.length == 1 && cursor[0] == '0'));
        }

        private CompletionStage<List<Object>> scan(ScriptCalls scripts, List<byte[]> args) {
            CompletableFuture<List<Object>> page = new CompletableFuture<>();
            scripts.run(Script.SCAN, List.of(), args, (reply, failure) -> {
                if (reply == null) {
                    page.completeExceptionally(unavailable(failure));
                } else {
                    page.complete(reply);
                }
            });
            return page;
        }

        private FsmException unavailable(@Nullable Throwable failure) {
            String message = "listing keys with SCAN: " + (failure == null ? "failed" : failure.getMessage());
            return failure instanceof RedisPortException known && known.isLasting()
                    ? new StorageRefusedException(message, known)
                    : new StorageUnavailableException(message, deadline, failure);
        }

        private void migrate(List<String> found) {
            List<Supplier<End>> ends = new ArrayList<>();
            for (String key : found) {
                Optional<StorageKey> known = conversation.apply(key);
                if (known.isEmpty()) {
                    skip(key, "not a key of this layout's");
                    continue;
                }
                CompletionStage<End> end = migrate(known.get(), isOfData.test(key));
                ends.add(() -> {
                    try {
                        return answer(() -> end);
                    } catch (StorageRefusedException e) {
                        if (e.getCause() instanceof RedisPortException) {
                            throw e; // the server's refusal, not this conversation's
                        }
                        skip(key, String.valueOf(e.getMessage()));
                    } catch (IllegalArgumentException e) {
                        skip(key, String.valueOf(e.getMessage())); // a name, or a text, that the target cannot take
                    }
                    return End.NOTHING;
                });
            }
            for (Supplier<End> end : ends) {
                count(end.get());
            }
            keys += found.size();
            progress.accept(report());
        }

        private void count(End end) {
            switch (end) {
                case MIGRATED -> migrated++;
                case ALREADY_THERE -> alreadyThere++;
                case NEWER_THERE -> newerThere++;
                case NOTHING -> {}
            }
        }

        private void skip(String key, String reason) {
            skippedInAll++;
            if (skipped.size() < MigrationReport.MOST_SKIPPED) {
                skipped.add(new Skipped(key, reason));
            }
        }

        private CompletionStage<End> migrate(StorageKey key, boolean isOfData) {
            return source.read(key).thenCompose(from -> {
                if (isEmpty(from) || (isOfData && from.state().isPresent())) { // the state's key stands for it
                    return CompletableFuture.completedStage(End.NOTHING);
                }
                return dry ? look(key, from) : copy(key, from, 0);
            });
        }

        private CompletionStage<End> look(StorageKey key, Snapshot from) {
            content(from).build(); // refuses what cannot be written
            from.data().values().forEach(PythonJson::rewritten);
            return target.read(key).thenApply(there -> there.version() == 0 ? End.MIGRATED : compared(from, there));
        }

        /** Copies where the target has this version, and makes sure that the source had what was copied when it was there. */
        private CompletionStage<End> copy(StorageKey key, Snapshot from, long version) {
            return target.write(key, content(from).expectVersion(version).build())
                    .thenCompose(outcome -> {
                        if (outcome instanceof Applied applied) {
                            return sourceAfter(key, from).thenCompose(now -> follow(key, from, now, applied.version()));
                        }
                        End end = compared(from, ((Conflict) outcome).current());
                        return removes
                                ? removed(key, from).thenApply(now -> end)
                                : CompletableFuture.completedStage(end);
                    });
        }

        private CompletionStage<End> follow(StorageKey key, Snapshot from, Snapshot now, long version) {
            if (now.version() == from.version()) {
                return CompletableFuture.completedStage(End.MIGRATED);
            }
            if (!isEmpty(now)) {
                return copy(key, now, version);
            }
            return target.write(key, clear().expectVersion(version).build())
                    .thenApply(outcome -> outcome instanceof Applied ? End.NOTHING : End.NEWER_THERE);
        }

        private CompletionStage<Snapshot> sourceAfter(StorageKey key, Snapshot from) {
            return removes ? removed(key, from) : source.read(key);
        }

        /** Removes what was copied; returns that, or what is there instead. */
        private CompletionStage<Snapshot> removed(StorageKey key, Snapshot from) {
            return source.write(key, clear().expectVersion(from.version()).build())
                    .thenApply(outcome -> outcome instanceof Conflict conflict ? conflict.current() : from);
        }

        private static Mutation.Builder clear() {
            return Mutation.builder().clearState().replaceData(Map.of());
        }

        private static Mutation.Builder content(Snapshot from) {
            Mutation.Builder content = Mutation.builder().replaceData(from.data());
            return from.state().map(content::state).orElse(content);
        }

        private static boolean isEmpty(Snapshot conversation) {
            return conversation.state().isEmpty() && conversation.data().isEmpty();
        }

        private static End compared(Snapshot from, Snapshot there) {
            return from.state().equals(there.state())
                            && from.data().keySet().equals(there.data().keySet())
                            && from.data().entrySet().stream()
                                    .allMatch(entry -> isSame(
                                            entry.getValue(),
                                            Objects.requireNonNull(there.data().get(entry.getKey()))))
                    ? End.ALREADY_THERE
                    : End.NEWER_THERE;
        }

        /** Whichever form a text has in one layout, it has Python's in the other. */
        private static boolean isSame(String one, String other) {
            try {
                return one.equals(other) || PythonJson.rewritten(one).equals(PythonJson.rewritten(other));
            } catch (IllegalArgumentException e) {
                return false;
            }
        }

        private static <T> T answer(Supplier<CompletionStage<T>> call) {
            try {
                return call.get().toCompletableFuture().get();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new StorageUnavailableException("interrupted while migrating", Duration.ZERO, e);
            } catch (ExecutionException e) {
                Throwable cause = e.getCause();
                while (cause instanceof CompletionException && cause.getCause() != null) {
                    cause = cause.getCause();
                }
                if (cause instanceof RuntimeException known) {
                    throw known;
                }
                throw new IllegalStateException(cause);
            }
        }
    }
}
