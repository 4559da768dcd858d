package io.botfsm.catalog;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import io.botfsm.storage.FsmException;
import io.botfsm.storage.catalog.CatalogPage;
import io.botfsm.storage.catalog.ConversationCatalog;
import io.botfsm.storage.catalog.ConversationFilter;
import io.botfsm.storage.catalog.FoundConversation;
import io.botfsm.storage.catalog.UnreadableRecord;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongConsumer;

/**
 * Writes conversations to a file, as JSON lines that a {@link ConversationImport} reads: key, state and the time when
 * it was entered, data as the stored JSON texts, attributes and deadline. Version and time of the last write are for
 * human readers only: an import assigns new ones. If bots are running, each conversation is as it was when its page was
 * read; one that was found twice is in the file twice.
 *
 * <pre>{@code ConversationExport.builder(catalog).build().writeTo(Path.of("conversations.jsonl"))}</pre>
 *
 * <p>The file contains the users' data. Immutable and thread-safe.
 */
public final class ConversationExport {
    private final ConversationCatalog catalog;
    private final ConversationFilter filter;
    private final LongConsumer progress;

    private ConversationExport(Builder builder) {
        catalog = builder.catalog;
        filter = builder.filter;
        progress = builder.progress;
    }

    /** Returns a builder for an export of every conversation that a catalog finds. */
    public static Builder builder(ConversationCatalog catalog) {
        return new Builder(requireNonNull(catalog, "catalog"));
    }

    /**
     * Writes the file, replacing an existing one. Only a complete export gets this name: until then it is written to
     * another file in the same directory, which only the user of this process may read if the file system has such
     * permissions. That file is deleted after a failure, and when the JVM is shut down in between; if the process is
     * killed, {@code conversations*.part} stays. After a failure, call it again to start over.
     *
     * @throws IOException if the file cannot be written
     * @throws FsmException if the storage is unavailable or refuses, or the thread is interrupted
     */
    public ExportReport writeTo(Path file) throws IOException {
        Path directory =
                requireNonNull(requireNonNull(file, "file").toAbsolutePath().getParent(), "directory");
        Path part = Files.createTempFile(directory, "conversations", ".part");
        if (part.getFileSystem().equals(FileSystems.getDefault())) {
            part.toFile().deleteOnExit(); // it has the users' data
        }
        try {
            ExportReport report;
            try (BufferedWriter lines = Files.newBufferedWriter(part, UTF_8)) {
                report = write(lines);
            }
            try (FileChannel written = FileChannel.open(part, StandardOpenOption.WRITE)) {
                written.force(true);
            }
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
            return report;
        } finally {
            Files.deleteIfExists(part);
        }
    }

    private ExportReport write(BufferedWriter lines) throws IOException {
        line(lines, ExportLines.header());
        long exported = 0;
        Set<UnreadableRecord> unreadable = new LinkedHashSet<>();
        Optional<String> cursor = Optional.empty();
        do {
            CatalogPage page = catalog.page(filter, cursor);
            for (FoundConversation found : page.found()) {
                line(lines, ExportLines.of(found));
                exported++;
            }
            unreadable.addAll(page.unreadable());
            progress.accept(exported);
            cursor = page.next();
        } while (cursor.isPresent());
        line(lines, ExportLines.last(exported));
        return ExportReport.of(exported, List.copyOf(unreadable));
    }

    private static void line(BufferedWriter lines, String line) throws IOException {
        lines.write(line);
        lines.write('\n');
    }

    /** Collects the settings of an export. Not thread-safe. */
    public static final class Builder {
        private final ConversationCatalog catalog;
        private ConversationFilter filter = ConversationFilter.all();
        private LongConsumer progress = exported -> {};

        private Builder(ConversationCatalog catalog) {
            this.catalog = catalog;
        }

        /** Exports only the conversations that match. */
        public Builder filter(ConversationFilter wanted) {
            filter = requireNonNull(wanted, "filter");
            return this;
        }

        /**
         * Sets a consumer that is called after each page with the number of exported conversations, on the exporting
         * thread.
         */
        public Builder progress(LongConsumer exported) {
            progress = requireNonNull(exported, "progress");
            return this;
        }

        /** Builds the export. */
        public ConversationExport build() {
            return new ConversationExport(this);
        }
    }
}
