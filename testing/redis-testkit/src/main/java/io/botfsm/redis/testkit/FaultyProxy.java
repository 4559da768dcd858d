package io.botfsm.redis.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A TCP proxy on the loopback address that simulates network faults. The current fault affects open connections and new
 * ones; {@link #heal()} ends it for new ones and for those that have lost no byte. A connection that has lost bytes
 * stays silent until one side closes it. Thread-safe.
 */
public final class FaultyProxy implements AutoCloseable {
    private enum Fault {
        NONE,
        BLACKHOLE,
        DROP_REPLIES,
        HOLD
    }

    private static final int PIECE = 64 << 10;

    private final int port;
    private final Set<Link> links = ConcurrentHashMap.newKeySet();
    private final AtomicInteger accepted = new AtomicInteger();
    private final AtomicInteger trickling = new AtomicInteger();
    private final Object lock = new Object();
    private volatile InetSocketAddress target;
    private Fault fault = Fault.NONE;
    private Duration delay = Duration.ZERO;
    private int most = PIECE;
    private Duration pauseBetweenPieces = Duration.ZERO;
    private @Nullable ServerSocket listener;
    private @Nullable Thread acceptor;

    /** Starts to listen; connections are forwarded to the server. */
    public FaultyProxy(RedisTestServer server) {
        this(server.host(), server.port());
    }

    /** Starts to listen; connections are forwarded to the address. */
    public FaultyProxy(String host, int port) {
        this.target = new InetSocketAddress(host, port);
        this.port = RedisServerProcess.freePort();
        listen();
    }

    /** Where it listens, on 127.0.0.1. */
    public int port() {
        return port;
    }

    /** What a client connects to. */
    public String uri(int database) {
        return String.format(Locale.ROOT, "redis://127.0.0.1:%d/%d", port, database);
    }

    /** How many connections it has accepted so far. */
    public int accepted() {
        return accepted.get();
    }

    /** How many connections are open. */
    public int open() {
        return links.size();
    }

    /** Leads new connections to another server; open ones stay where they are. */
    public void redirect(RedisTestServer server) {
        target = new InetSocketAddress(server.host(), server.port());
    }

    /** Delays each piece of each direction from now on; zero ends it. */
    public void delay(Duration each) {
        synchronized (lock) {
            delay = each;
        }
    }

    /**
     * Delivers replies in pieces from now on.
     *
     * @param bytes the size of each piece at most
     * @param pause after each piece that is full
     */
    public void trickle(int bytes, Duration pause) {
        synchronized (lock) {
            most = bytes;
            pauseBetweenPieces = pause;
        }
    }

    /** Whether a reply is being delivered in pieces. */
    public boolean isTrickling() {
        return trickling.get() > 0;
    }

    /** Loses everything from now on, in both directions. */
    public void blackhole() {
        setFault(Fault.BLACKHOLE);
    }

    /** Delivers requests and loses replies from now on. */
    public void dropReplies() {
        setFault(Fault.DROP_REPLIES);
    }

    /** Holds everything back, and delivers it when healed. */
    public void hold() {
        setFault(Fault.HOLD);
    }

    /** Holds back everything on the connections that are open now, and delivers it when healed; new ones pass. */
    public void holdOpenOnes() {
        synchronized (lock) {
            links.forEach(link -> link.held = true);
        }
    }

    /** Closes every open connection with a reset; new ones are accepted. */
    public void reset() {
        links.forEach(Link::reset);
    }

    /** Closes every open connection and refuses new ones until healed. */
    public void cut() {
        Thread accepting;
        synchronized (lock) {
            closeQuietly(listener);
            listener = null;
            accepting = acceptor;
        }
        join(accepting); // the port is free, and no connection is on its way in
        reset();
    }

    private static void join(@Nullable Thread thread) {
        try {
            if (thread != null) {
                thread.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Ends every fault. */
    public void heal() {
        synchronized (lock) {
            delay = Duration.ZERO;
            most = PIECE;
            pauseBetweenPieces = Duration.ZERO;
            links.forEach(link -> link.held = false);
            if (listener == null) {
                listen();
            }
        }
        setFault(Fault.NONE);
    }

    private void setFault(Fault next) {
        synchronized (lock) {
            fault = next;
            lock.notifyAll();
        }
    }

    private void listen() {
        try {
            ServerSocket socket = new ServerSocket();
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 100);
            synchronized (lock) {
                listener = socket;
                acceptor = daemon("accept", () -> accept(socket));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Thread daemon(String name, Runnable work) {
        Thread thread = new Thread(work, "faulty-proxy-" + name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private void accept(ServerSocket socket) {
        while (true) {
            try {
                Socket client = socket.accept();
                accepted.incrementAndGet();
                client.setTcpNoDelay(true);
                open(client);
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    private void open(Socket client) {
        Socket server = new Socket();
        Link link = new Link(client, server);
        links.add(link);
        try {
            server.connect(target, 5_000);
            server.setTcpNoDelay(true);
            daemon("requests", () -> pump(link, client, server, false));
            daemon("replies", () -> pump(link, server, client, true));
        } catch (IOException e) {
            link.reset();
        }
    }

    private void pump(Link link, Socket from, Socket to, boolean replies) {
        byte[] piece = new byte[PIECE];
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int length = in.read(piece); length >= 0; length = in.read(piece)) {
                if (passes(link, replies)) {
                    write(out, Arrays.copyOf(piece, length), replies);
                }
            }
        } catch (IOException | InterruptedException e) {
            // One side has gone: so does the other.
        }
        link.close();
    }

    private void write(OutputStream out, byte[] bytes, boolean replies) throws IOException, InterruptedException {
        for (int written = 0; written < bytes.length; ) {
            int length;
            Duration pause;
            synchronized (lock) {
                length = replies ? Math.min(most, bytes.length - written) : bytes.length;
                pause = replies && length == most ? pauseBetweenPieces : Duration.ZERO;
            }
            out.write(bytes, written, length);
            written += length;
            if (!pause.isZero()) {
                trickle(pause);
            }
        }
    }

    private void trickle(Duration pause) throws InterruptedException {
        trickling.incrementAndGet();
        try {
            TimeUnit.NANOSECONDS.sleep(pause.toNanos()); // the pause that a test asks for
        } finally {
            trickling.decrementAndGet();
        }
    }

    /** Waits as the fault demands, then returns whether the bytes are passed on. */
    private boolean passes(Link link, boolean replies) throws InterruptedException {
        Duration wait;
        synchronized (lock) {
            while ((fault == Fault.HOLD || link.held) && !link.isClosed()) {
                lock.wait(100);
            }
            if (fault == Fault.BLACKHOLE) {
                link.lose();
            }
            if (fault == Fault.DROP_REPLIES && replies) {
                link.loseReplies();
            }
            wait = delay;
        }
        TimeUnit.NANOSECONDS.sleep(wait.toNanos()); // this is the delay that a test asks for
        return replies ? !link.repliesLost : !link.requestsLost;
    }

    private static void closeQuietly(@Nullable AutoCloseable closeable) {
        try {
            if (closeable != null) {
                closeable.close();
            }
        } catch (Exception e) {
            // It is gone anyway.
        }
    }

    @Override
    public void close() {
        cut();
    }

    private final class Link {
        private final Socket client;
        private final Socket server;
        private volatile boolean requestsLost;
        private volatile boolean repliesLost;
        private volatile boolean held;

        Link(Socket client, Socket server) {
            this.client = client;
            this.server = server;
        }

        void lose() {
            requestsLost = true;
            repliesLost = true;
        }

        void loseReplies() {
            repliesLost = true;
        }

        boolean isClosed() {
            return client.isClosed();
        }

        void reset() {
            try {
                client.setSoLinger(true, 0);
            } catch (IOException e) {
                // It is closed already.
            }
            close();
        }

        void close() {
            closeQuietly(client);
            closeQuietly(server);
            links.remove(this);
        }
    }
}
