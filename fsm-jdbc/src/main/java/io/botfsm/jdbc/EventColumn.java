package io.botfsm.jdbc;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.botfsm.storage.EventWindow;
import java.io.ByteArrayOutputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * An {@link EventWindow} as one column: the two runs, then for each source its name, the number of its chunks (one
 * byte), and the chunks. Each run, name and chunk is preceded by one byte with its length. At most five kilobytes; for
 * a typical bot, 42 bytes.
 */
final class EventColumn {
    private EventColumn() {}

    static byte @Nullable [] of(EventWindow events) {
        if (events.isEmpty()) {
            return null;
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        part(bytes, events.latest());
        part(bytes, events.other());
        for (String source : events.sources()) {
            List<byte[]> chunks = events.ring(source);
            part(bytes, source.getBytes(US_ASCII));
            bytes.write(chunks.size());
            chunks.forEach(chunk -> part(bytes, chunk));
        }
        return bytes.toByteArray();
    }

    private static void part(ByteArrayOutputStream bytes, byte[] part) {
        bytes.write(part.length);
        bytes.writeBytes(part);
    }

    /** @throws IllegalArgumentException if the column holds something else */
    static EventWindow read(byte @Nullable [] column) {
        if (column == null) {
            return EventWindow.empty();
        }
        ByteBuffer bytes = ByteBuffer.wrap(column);
        try {
            byte[] latest = part(bytes);
            byte[] other = part(bytes);
            Map<String, List<byte[]>> rings = new TreeMap<>();
            while (bytes.hasRemaining()) {
                String source = new String(part(bytes), US_ASCII);
                int count = bytes.get() & 0xff;
                List<byte[]> chunks = new ArrayList<>();
                for (int i = 0; i < count; i++) {
                    chunks.add(part(bytes));
                }
                rings.put(source, chunks);
            }
            return EventWindow.of(latest, other, rings);
        } catch (BufferUnderflowException e) {
            throw new IllegalArgumentException("a column does not hold events", e);
        }
    }

    private static byte[] part(ByteBuffer bytes) {
        byte[] part = new byte[bytes.get() & 0xff];
        bytes.get(part);
        return part;
    }
}
