package io.botfsm.redis.aiogram;

import io.botfsm.internal.text.Text;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Outcome.Applied;
import io.botfsm.storage.Outcome.Conflict;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;

/**
 * Copies single conversations from one storage to another, under the condition that the target has none, and removes
 * from the source only what was read back from the target. Thread-safe; stages fail as those of the storages do.
 *
 * @param dry whether nothing is written
 * @param removes whether the source loses what the target has
 */
record ConversationCopy(StateStorage source, StateStorage target, boolean dry, boolean removes) {
    /** What became of one conversation. */
    enum CopyResult {
        MIGRATED,
        ALREADY_THERE,
        /**
         * The target has another one, or had one that was cleared; both stay as they are, whether or not this removes.
         */
        NEWER_THERE,
        NOTHING
    }

    CompletionStage<CopyResult> migrate(StorageKey key) {
        return source.read(key).thenCompose(from -> isEmpty(from) ? done(CopyResult.NOTHING) : migrate(key, from));
    }

    /**
     * For the key of data where keys of states have been listed before: they stand for a conversation that has a state,
     * unless that was set after its key had been passed by.
     *
     * @param isNamed whether a conversation's end was {@link CopyResult#NEWER_THERE} before
     */
    CompletionStage<CopyResult> migrateMissed(StorageKey key, Predicate<StorageKey> isNamed) {
        return source.read(key).thenCompose(from -> {
            if (isEmpty(from)) {
                return done(CopyResult.NOTHING);
            }
            return migrate(key, from).thenApply(end -> {
                if (end == CopyResult.NEWER_THERE) {
                    return isNamed.test(key) ? CopyResult.NOTHING : end;
                }
                return from.state().isEmpty() ? end : unlessCounted(end);
            });
        });
    }

    private CopyResult unlessCounted(CopyResult end) {
        boolean isNew = end == CopyResult.MIGRATED || (end == CopyResult.ALREADY_THERE && removes);
        return isNew && !dry ? end : CopyResult.NOTHING;
    }

    /** Reads the target first: what is there in its place and is no conversation refuses that, but not every write. */
    private CompletionStage<CopyResult> migrate(StorageKey key, Snapshot from) {
        content(from).build(); // refuses what cannot be written
        from.data().values().forEach(PythonJson::rewritten);
        return target.read(key).thenCompose(there -> {
            if (there.version() != 0) {
                return left(key, from, there);
            }
            return dry ? done(CopyResult.MIGRATED) : copy(key, from, 0);
        });
    }

    /** The target has one already. */
    private CompletionStage<CopyResult> left(StorageKey key, Snapshot from, Snapshot there) {
        if (!isSame(from, there)) {
            return done(CopyResult.NEWER_THERE);
        }
        return removes && !dry ? removed(key, from) : done(CopyResult.ALREADY_THERE);
    }

    /**
     * Copies where the target has this version, and makes sure that the source had what was copied when it was there.
     */
    private CompletionStage<CopyResult> copy(StorageKey key, Snapshot from, long version) {
        return target.write(key, content(from).expectVersion(version).build()).thenCompose(outcome -> {
            if (!(outcome instanceof Applied applied)) {
                return left(key, from, ((Conflict) outcome).current());
            }
            return removes
                    ? target.read(key).thenCompose(there -> moved(key, from, there, applied.version()))
                    : source.read(key).thenCompose(now -> follow(key, from, now, applied.version()));
        });
    }

    private CompletionStage<CopyResult> moved(StorageKey key, Snapshot from, Snapshot there, long version) {
        return isSame(from, there)
                ? removedOrNow(key, from).thenCompose(now -> follow(key, from, now, version))
                : done(CopyResult.NEWER_THERE);
    }

    private CompletionStage<CopyResult> follow(StorageKey key, Snapshot from, Snapshot now, long version) {
        if (now.version() == from.version()) {
            return done(CopyResult.MIGRATED);
        }
        if (!isEmpty(now)) {
            return copy(key, now, version);
        }
        return target.write(key, clear().expectVersion(version).build())
                .thenApply(outcome -> outcome instanceof Applied ? CopyResult.NOTHING : CopyResult.NEWER_THERE);
    }

    private CompletionStage<CopyResult> removed(StorageKey key, Snapshot from) {
        return removedOrNow(key, from)
                .thenApply(now -> now.version() == from.version() || isEmpty(now)
                        ? CopyResult.ALREADY_THERE
                        : CopyResult.NEWER_THERE);
    }

    /**
     * Removes what was read, in one step with the check that it is there still; returns that, or what is there instead.
     */
    private CompletionStage<Snapshot> removedOrNow(StorageKey key, Snapshot from) {
        Mutation.Builder removal = clear().expectVersion(from.version());
        if (from.deadline().isPresent()) {
            removal = removal.clearDeadline(); // with its entry in the index
        }
        return source.write(key, removal.build())
                .thenApply(outcome -> outcome instanceof Conflict conflict ? conflict.current() : from);
    }

    private static CompletionStage<CopyResult> done(CopyResult end) {
        return CompletableFuture.completedStage(end);
    }

    private static Mutation.Builder clear() {
        return Mutation.builder().clearState().replaceData(Map.of());
    }

    /** @throws IllegalArgumentException if it has what neither a copy nor a comparison would include */
    private static Mutation.Builder content(Snapshot from) {
        if (!from.attributes().isEmpty()) {
            throw new IllegalArgumentException("it has attributes, which aiogram's layout cannot store: "
                    + Text.fields(new TreeSet<>(from.attributes().keySet())));
        }
        Mutation.Builder content = Mutation.builder().replaceData(from.data());
        return from.state().map(content::state).orElse(content);
    }

    private static boolean isEmpty(Snapshot conversation) {
        return conversation.state().isEmpty() && conversation.data().isEmpty();
    }

    private static boolean isSame(Snapshot from, Snapshot there) {
        return from.state().equals(there.state())
                && from.data().keySet().equals(there.data().keySet())
                && from.data().entrySet().stream()
                        .allMatch(entry -> isSame(
                                entry.getValue(),
                                Objects.requireNonNull(there.data().get(entry.getKey()))));
    }

    /** Whichever form a text has in one layout, it has Python's in the other. */
    private static boolean isSame(String one, String other) {
        try {
            return one.equals(other) || PythonJson.rewritten(one).equals(PythonJson.rewritten(other));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
