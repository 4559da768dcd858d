package io.botfsm.catalog;

import static java.util.Objects.requireNonNull;

import io.botfsm.storage.ContentionException;
import io.botfsm.storage.FsmException;
import io.botfsm.storage.Outcome;
import io.botfsm.storage.Outcome.Applied;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StateStorage.Capability;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.catalog.FoundConversation;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongConsumer;

/**
 * Writes the conversations of a {@link ConversationExport} to a storage. State and the time when it was entered, data,
 * attributes and deadline are as exported. Each conversation gets a new version, above all versions that this storage
 * has given it before. Its time of last write is that of the import, its time to live is the storage's own, and it
 * remembers no events.
 *
 * <pre>{@code ConversationImport.builder(storage).build().readFrom(Path.of("conversations.jsonl"))}</pre>
 *
 * <p>Writes go through the given storage. Transition rules do not apply to these writes, and no listener is notified.
 * Immutable and thread-safe.
 */
public final class ConversationImport {
    /** What happens to a conversation of the file if the storage already has one with its key. */
    public enum Existing {
        /** The conversation in the storage is left unchanged. */
        SKIP,
        /** The conversation in the file replaces it, whichever is newer. */
        REPLACE
    }

    private static final int BATCH = 100;
    private static final int MOST_ATTEMPTS = 100;

    private final MaintainedStorage storage;
    private final Existing existing;
    private final LongConsumer progress;

    private ConversationImport(Builder builder) {
        storage = builder.storage;
        existing = builder.existing;
        progress = builder.progress;
    }

    /**
     * Returns a builder for an import that skips existing conversations.
     *
     * @param storage stays open
     * @throws IllegalArgumentException if the storage keeps no versions
     */
    public static Builder builder(StateStorage storage) {
        MaintainedStorage maintained = new MaintainedStorage(storage);
        maintained.require(Capability.COMPARE_AND_SET, "importing");
        return new Builder(maintained);
    }

    /**
     * Imports a file. The whole file is checked before anything is written, so it is read twice. After a failure, call
     * it again: with {@link Existing#SKIP} it continues, otherwise it starts over.
     *
     * @throws ImportRefusedException if the file is not a complete export, has an invalid line, or is of a newer format
     * @throws IOException if the file cannot be read
     * @throws FsmException if the storage is unavailable or refuses, or the thread is interrupted
     */
    public ImportReport readFrom(Path file) throws IOException {
        requireNonNull(file, "file");
        requireReadable(file);
        Progress done = new Progress();
        try (ExportReader reader = ExportReader.open(file)) {
            List<FoundConversation> batch = new ArrayList<>(BATCH);
            Set<StorageKey> keys = new HashSet<>();
            for (Optional<FoundConversation> next = reader.next(); next.isPresent(); next = reader.next()) {
                if (batch.size() == BATCH || !keys.add(next.get().key())) { // writes of a batch have no order
                    write(batch, done);
                    batch.clear();
                    keys.clear();
                    keys.add(next.get().key());
                }
                batch.add(next.get());
            }
            write(batch, done);
        }
        return ImportReport.of(done.imported, done.replaced, done.skipped);
    }

    private static void requireReadable(Path file) throws IOException {
        try (ExportReader reader = ExportReader.open(file)) {
            while (reader.next().isPresent()) {
                // next() checks each line
            }
        }
    }

    private void write(List<FoundConversation> batch, Progress done) {
        List<CompletableFuture<Outcome>> writes = batch.stream()
                .map(each -> storage.begin(each.key(), CarriedConversation.onto(each.snapshot(), Snapshot.none())))
                .toList();
        for (int i = 0; i < writes.size(); i++) {
            FoundConversation each = batch.get(i);
            Outcome outcome = storage.outcome(each.key(), writes.get(i));
            if (outcome instanceof Applied) {
                done.imported++;
            } else {
                settle(each, MaintainedStorage.current(each.key(), outcome), done);
            }
        }
        progress.accept(done.imported + done.replaced + done.skipped);
    }

    /** Handles a conversation under whose key something is stored, even if only what outlives a conversation. */
    private void settle(FoundConversation each, Snapshot found, Progress done) {
        long start = System.nanoTime();
        Snapshot present = found;
        for (int attempt = 1; attempt <= MOST_ATTEMPTS; attempt++) {
            boolean isThere = CarriedConversation.isThere(present);
            if (isThere && existing == Existing.SKIP) {
                done.skipped++;
                return;
            }
            Outcome outcome = storage.write(each.key(), CarriedConversation.onto(each.snapshot(), present));
            if (outcome instanceof Applied) {
                done.replaced += isThere ? 1 : 0;
                done.imported += isThere ? 0 : 1;
                return;
            }
            present = MaintainedStorage.current(each.key(), outcome);
        }
        throw new ContentionException(each.key(), MOST_ATTEMPTS, Duration.ofNanos(System.nanoTime() - start));
    }

    /** The progress so far. Not thread-safe. */
    private static final class Progress {
        private long imported;
        private long replaced;
        private long skipped;
    }

    /** Collects the settings of an import. Not thread-safe. */
    public static final class Builder {
        private final MaintainedStorage storage;
        private Existing existing = Existing.SKIP;
        private LongConsumer progress = done -> {};

        private Builder(MaintainedStorage storage) {
            this.storage = storage;
        }

        /** Sets what happens to a conversation that already exists. The default is {@link Existing#SKIP}. */
        public Builder existing(Existing choice) {
            existing = requireNonNull(choice, "existing");
            return this;
        }

        /**
         * Sets a consumer that is called from time to time with the number of processed conversations, on the importing
         * thread.
         */
        public Builder progress(LongConsumer done) {
            progress = requireNonNull(done, "progress");
            return this;
        }

        /** Builds the import. */
        public ConversationImport build() {
            return new ConversationImport(this);
        }
    }
}
