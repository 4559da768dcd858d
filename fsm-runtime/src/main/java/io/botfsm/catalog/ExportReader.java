package io.botfsm.catalog;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import io.botfsm.storage.catalog.FoundConversation;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Reads the conversations of an export one after another, and checks each line. Not thread-safe. */
final class ExportReader implements AutoCloseable {
    private final BufferedReader lines;
    private long number;
    private long conversations;

    private ExportReader(BufferedReader lines) {
        this.lines = lines;
    }

    static ExportReader open(Path file) throws IOException {
        ExportReader reader = new ExportReader(Files.newBufferedReader(file, UTF_8));
        try {
            ExportLines.requireHeader(reader.line());
            return reader;
        } catch (IOException | RuntimeException e) {
            reader.close();
            throw e;
        }
    }

    /** Returns the next conversation; empty after the last. */
    Optional<FoundConversation> next() throws IOException {
        JsonNode line = ExportLines.object(number + 1, line());
        if (ExportLines.isLast(line)) {
            ExportLines.requireCount(number, line, conversations);
            requireEnd();
            return Optional.empty();
        }
        conversations++;
        return Optional.of(ExportLines.conversation(number, line));
    }

    private String line() throws IOException {
        String line = read().orElseThrow(() -> new ImportRefusedException(
                number + 1, "the file ends before the last line of an export: it was cut off"));
        number++;
        return line;
    }

    private void requireEnd() throws IOException {
        if (read().isPresent()) {
            throw new ImportRefusedException(number + 1, "it is after the last line of the export");
        }
    }

    private Optional<String> read() throws IOException {
        try {
            return Optional.ofNullable(lines.readLine());
        } catch (CharacterCodingException e) {
            throw new ImportRefusedException(number + 1, "it, or a line below, is not UTF-8");
        }
    }

    @Override
    public void close() throws IOException {
        lines.close();
    }
}
