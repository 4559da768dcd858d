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
 * @param removes whether conversations that the target has are removed from the source
 */
record ConversationCopy(StateStorage source, StateStorage target, boolean dry, boolean removes) {
    /** The result for one conversation. */
    enum CopyResult {
        MIGRATED,
        ALREADY_THERE,
        /**
         * The target has a different conversation, or had one that was cleared; both sides are left unchanged, even
         * with {@code removes}.
         */
        NEWER_THERE,
        NOTHING
    }

    CompletionStage<CopyResult> migrate(StorageKey key) {
        return source.read(key).thenCompose(from -> isEmpty(from) ? done(CopyResult.NOTHING) : migrate(key, from));
    }

    /**
     * Migrates a conversation that was found by its data, after the pass over states. That pass has found the
     * conversation if it has a state, unless the state was set after its key had been passed.
     *
     * @param isNamed whether the result of a conversation was {@link CopyResult#NEWER_THERE} before
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

    /**
     * Reads the target first: a value in its place that is not a conversation makes every read fail, but not every
     * write.
     */
    private CompletionStage<CopyResult> migrate(StorageKey key, Snapshot from) {
        content(from).build(); // refuses what cannot be written
        from.data().values().forEach(PythonJson::rewritten);
        return target.read(key).thenCompose(there -> {
            if (there.version() != 0) {
                return handleExisting(key, from, there);
            }
            return dry ? done(CopyResult.MIGRATED) : copy(key, from, 0);
        });
    }

    /** Called if the target already has the conversation. */
    private CompletionStage<CopyResult> handleExisting(StorageKey key, Snapshot from, Snapshot there) {
        if (!isSame(from, there)) {
            return done(CopyResult.NEWER_THERE);
        }
        return removes && !dry ? removed(key, from) : done(CopyResult.ALREADY_THERE);
    }

    /** Copies if the target has this version, and then checks that the source still has what was copied. */
    private CompletionStage<CopyResult> copy(StorageKey key, Snapshot from, long version) {
        return target.write(key, content(from).expectVersion(version).build()).thenCompose(outcome -> {
            if (!(outcome instanceof Applied applied)) {
                return handleExisting(key, from, ((Conflict) outcome).current());
            }
            return removes
                    ? target.read(key).thenCompose(there -> moved(key, from, there, applied.version()))
                    : source.read(key).thenCompose(now -> follow(key, from, now, applied.version()));
        });
    }

    private CompletionStage<CopyResult> moved(StorageKey key, Snapshot from, Snapshot there, long version) {
        return isSame(from, there)
                ? removeIfUnchanged(key, from).thenCompose(now -> follow(key, from, now, version))
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
        return removeIfUnchanged(key, from)
                .thenApply(now -> now.version() == from.version() || isEmpty(now)
                        ? CopyResult.ALREADY_THERE
                        : CopyResult.NEWER_THERE);
    }

    /**
     * Removes what was read, in one step with the check that it has not changed; returns it, or what is there instead.
     */
    private CompletionStage<Snapshot> removeIfUnchanged(StorageKey key, Snapshot from) {
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

    /** @throws IllegalArgumentException if it has attributes, which neither a copy nor a comparison would include */
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

    /** Compares in Python's format, whatever the format in this library's layout. */
    private static boolean isSame(String one, String other) {
        try {
            return one.equals(other) || PythonJson.rewritten(one).equals(PythonJson.rewritten(other));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
