package io.botfsm.redis.internal;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.botfsm.redis.spi.RedisPortException;
import io.botfsm.redis.spi.RedisUri.Node;
import io.botfsm.storage.StorageRefusedException;
import io.botfsm.storage.StorageUnavailableException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;

/**
 * Diagnoses, when a client could not connect, whether something other than the URI says listens at the address: a
 * server with or without TLS, a Sentinel, or not Redis at all. It uses its own sockets and sends no credentials.
 * Immutable and thread-safe.
 */
public final class ConnectionDiagnosis {
    private static final byte[] PING = "PING\r\n".getBytes(US_ASCII);
    private static final byte[] INFO = "INFO server\r\n".getBytes(US_ASCII);
    private static final Duration LONGEST = Duration.ofSeconds(2);

    /** Larger than any reply to {@code INFO server}. */
    private static final int BUFFER = 16 * 1024;

    private static final int TLS_ALERT = 0x15;
    private static final int TLS_HANDSHAKE = 0x16;

    private final List<Node> nodes;
    private final boolean tls;
    private final boolean sentinels;
    private final Duration timeout;

    /** What answers at an address. */
    private enum Protocol {
        REDIS,
        TLS,
        ANOTHER,
        SILENCE,
        UNREACHABLE
    }

    /**
     * The diagnosis of one way to connect.
     *
     * @param nodes the nodes that the URI names; empty for a Unix socket or a user's client, which are not diagnosed
     * @param tls whether the client talks TLS
     * @param sentinels whether the nodes should be Sentinels
     * @param timeout how long a command may take; also the limit of each of the two questions asked here, which take at
     *     most two seconds each
     */
    public ConnectionDiagnosis(List<Node> nodes, boolean tls, boolean sentinels, Duration timeout) {
        this.nodes = List.copyOf(nodes);
        this.tls = tls;
        this.sentinels = sentinels;
        this.timeout = timeout.compareTo(LONGEST) < 0 ? timeout : LONGEST;
    }

    /**
     * Connects, and adds the diagnosis to the message of a failure. Blocks.
     *
     * @param connect connects; throws the exceptions of an entry class
     */
    public <T> T explain(Supplier<T> connect) {
        try {
            return connect.get();
        } catch (StorageRefusedException e) {
            String finding = finding(e).orElseThrow(() -> e);
            throw new StorageRefusedException(e.getMessage() + ": " + finding, e);
        } catch (StorageUnavailableException e) {
            String finding = finding(e).orElseThrow(() -> e);
            throw new StorageUnavailableException(e.getMessage() + ": " + finding, e.timeout(), e);
        }
    }

    private Optional<String> finding(RuntimeException failure) {
        if (Thread.currentThread().isInterrupted()) {
            return Optional.empty();
        }
        boolean answered = RedisPortException.known(failure)
                .filter(known -> !known.code().isEmpty())
                .isPresent();
        if (answered && (tls || sentinels)) {
            return Optional.empty();
        }
        long end = System.nanoTime() + timeout.toNanos();
        return nodes.stream()
                .takeWhile(node -> System.nanoTime() - end < 0) // several silent nodes cost no more time than one
                .flatMap(node -> (answered ? sentinel(node) : protocol(node)).stream())
                .findFirst();
    }

    private Optional<String> sentinel(Node node) {
        return answer(node, INFO)
                .filter(info -> ServerProbe.mode(new String(info, UTF_8)).equals("sentinel"))
                .map(sentinel ->
                        "a Sentinel listens at " + node + ": write redis-sentinel:// and #<name of the master>, as in"
                                + " redis-sentinel://host:26379#mymaster");
    }

    private Optional<String> protocol(Node node) {
        Protocol protocol = detectProtocol(node);
        String redis = sentinels ? "redis-sentinel://" : "redis://";
        String rediss = sentinels ? "rediss-sentinel://" : "rediss://";
        if (tls && protocol == Protocol.REDIS) {
            return Optional.of(
                    node + " answers without TLS: write " + redis + " instead of " + rediss + ", or name its TLS port");
        }
        if (!tls && protocol == Protocol.TLS) {
            return Optional.of(node + " answers with TLS: write " + rediss + " instead of " + redis
                    + ", or name its port without TLS");
        }
        return protocol == Protocol.ANOTHER
                ? Optional.of(node + " does not answer as Redis does: check host and port")
                : Optional.empty();
    }

    private Protocol detectProtocol(Node node) {
        Protocol toPlainText = protocol(answer(node, PING));
        return toPlainText == Protocol.SILENCE ? protocol(answer(node, clientHello())) : toPlainText;
    }

    private static Protocol protocol(Optional<byte[]> answer) {
        if (answer.isEmpty()) {
            return Protocol.UNREACHABLE;
        }
        if (answer.get().length == 0) {
            return Protocol.SILENCE;
        }
        return switch (answer.get()[0]) {
            case '+', '-' -> Protocol.REDIS;
            case TLS_ALERT, TLS_HANDSHAKE -> Protocol.TLS;
            default -> Protocol.ANOTHER;
        };
    }

    /** Returns the first message of a TLS handshake; empty if this JVM cannot create one. */
    private static byte[] clientHello() {
        try {
            SSLEngine engine = SSLContext.getDefault().createSSLEngine();
            engine.setUseClientMode(true);
            ByteBuffer hello = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
            engine.wrap(ByteBuffer.allocate(0), hello);
            return Arrays.copyOf(hello.array(), hello.position());
        } catch (NoSuchAlgorithmException | SSLException e) {
            return new byte[0];
        }
    }

    /**
     * Returns the first bytes of the answer, none if there is no answer in time; empty if the node cannot be reached.
     */
    private Optional<byte[]> answer(Node node, byte[] question) {
        long end = System.nanoTime() + timeout.toNanos();
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(node.host(), node.port()), millisUntil(end));
            socket.setSoTimeout(millisUntil(end));
            return Optional.of(answer(socket, question));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** At least 1, since 0 would mean no timeout. */
    private static int millisUntil(long end) {
        return (int) Math.max(1, TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime()));
    }

    private static byte[] answer(Socket socket, byte[] question) {
        try {
            socket.getOutputStream().write(question);
            byte[] buffer = new byte[BUFFER];
            int length = socket.getInputStream().read(buffer);
            return Arrays.copyOf(buffer, Math.max(0, length));
        } catch (IOException e) {
            return new byte[0]; // such as when the server closes the connection
        }
    }
}
