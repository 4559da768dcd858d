package io.botfsm.redis.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A blocking connection that speaks RESP2, so that tests see what is in Redis without the client under test. Replies
 * are {@code byte[]}, {@code Long}, {@code List} or null; an error reply is thrown. One thread at a time.
 */
public final class RespConnection implements AutoCloseable {
    private static final int TIMEOUT_MILLIS = 30_000;
    private static final byte[] LINE_END = {'\r', '\n'};

    private final Socket socket = new Socket();
    private final InputStream in;
    private final OutputStream out;

    /** Connects at once. */
    public RespConnection(String host, int port) {
        try {
            socket.connect(new InetSocketAddress(host, port), TIMEOUT_MILLIS);
            socket.setSoTimeout(TIMEOUT_MILLIS);
            socket.setTcpNoDelay(true);
            in = new BufferedInputStream(socket.getInputStream());
            out = new BufferedOutputStream(socket.getOutputStream());
        } catch (IOException e) {
            close();
            throw new UncheckedIOException(e);
        }
    }

    /** An error reply. */
    @SuppressWarnings("serial") // never sent over a wire
    public static final class ErrorReply extends RuntimeException {
        private ErrorReply(String text) {
            super(text);
        }
    }

    /** Sends a command and returns its reply. */
    public @Nullable Object call(String... words) {
        byte[][] parts = new byte[words.length][];
        for (int i = 0; i < words.length; i++) {
            parts[i] = words[i].getBytes(UTF_8);
        }
        return call(parts);
    }

    /** Sends a command and returns its reply. */
    public @Nullable Object call(byte[]... parts) {
        try {
            writeLine('*', parts.length);
            for (byte[] part : parts) {
                writeLine('$', part.length);
                out.write(part);
                out.write(LINE_END);
            }
            out.flush();
            return reply();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The reply as text. */
    public String text(String... words) {
        return asText(call(words));
    }

    /** The reply as a whole number. */
    public long number(String... words) {
        if (call(words) instanceof Long number) {
            return number;
        }
        throw new IllegalStateException("no number: " + String.join(" ", words));
    }

    /** The fields of a hash, with their values as bytes. */
    public Map<String, byte[]> hash(byte[] key) {
        Map<String, byte[]> fields = new LinkedHashMap<>();
        if (call("HGETALL".getBytes(UTF_8), key) instanceof List<?> flat) {
            for (int i = 0; i < flat.size(); i += 2) {
                if (flat.get(i + 1) instanceof byte[] value) {
                    fields.put(asText(flat.get(i)), value);
                }
            }
        }
        return fields;
    }

    /** How often a command has run, inside scripts too ({@code INFO commandstats}). */
    public long calls(String command) {
        return calls().getOrDefault(command, 0L);
    }

    /** How often each command has run ({@code INFO commandstats}); subcommands as {@code script|load}. */
    public Map<String, Long> calls() {
        Map<String, Long> calls = new LinkedHashMap<>();
        text("INFO", "commandstats")
                .lines()
                .filter(l -> l.startsWith("cmdstat_"))
                .forEach(line -> {
                    String name = line.substring("cmdstat_".length(), line.indexOf(':'));
                    String count = line.substring(line.indexOf("calls=") + "calls=".length(), line.indexOf(','));
                    calls.put(name, Long.parseLong(count));
                });
        return calls;
    }

    /** What was denied to users ({@code ACL LOG}): the reason, the object and the user. */
    public List<String> deniedRights() {
        List<String> denied = new ArrayList<>();
        if (call("ACL", "LOG") instanceof List<?> entries) {
            for (Object entry : entries) {
                List<String> words =
                        ((List<?>) entry).stream().map(RespConnection::asText).toList();
                denied.add(Stream.of("reason", "object", "username")
                        .map(field -> words.get(words.indexOf(field) + 1))
                        .collect(Collectors.joining(" ")));
            }
        }
        return denied;
    }

    private static String asText(@Nullable Object reply) {
        return reply instanceof byte[] bytes ? new String(bytes, UTF_8) : String.valueOf(reply);
    }

    private void writeLine(char type, int number) throws IOException {
        out.write(type);
        out.write(Integer.toString(number).getBytes(UTF_8));
        out.write(LINE_END);
    }

    private @Nullable Object reply() throws IOException {
        String line = line();
        String rest = line.substring(1);
        return switch (line.charAt(0)) {
            case '+' -> rest.getBytes(UTF_8);
            case '-' -> throw new ErrorReply(rest);
            case ':' -> Long.parseLong(rest);
            case '$' -> rest.equals("-1") ? null : bulk(Integer.parseInt(rest));
            case '*' -> rest.equals("-1") ? null : array(Integer.parseInt(rest));
            default -> throw new IOException("not RESP2: " + line);
        };
    }

    private byte[] bulk(int length) throws IOException {
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException();
        }
        in.skipNBytes(LINE_END.length);
        return bytes;
    }

    private List<@Nullable Object> array(int length) throws IOException {
        List<@Nullable Object> elements = new ArrayList<>(length);
        ErrorReply error = null;
        for (int i = 0; i < length; i++) {
            try {
                elements.add(reply());
            } catch (ErrorReply e) {
                error = e;
            }
        }
        if (error != null) {
            throw error;
        }
        return elements;
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\r'; c = in.read()) {
            if (c < 0) {
                throw new EOFException();
            }
            line.append((char) c);
        }
        in.skipNBytes(1);
        return line.toString();
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
