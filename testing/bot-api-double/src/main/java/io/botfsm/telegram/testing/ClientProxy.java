package io.botfsm.telegram.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * A proxy that accepts client connections. It passes bytes between clients and the HTTP server inside, and detects when
 * a client has disconnected, which the JDK's server does not notice while a request waits for its response. It uses one
 * thread for all clients.
 */
final class ClientProxy implements AutoCloseable {
    private static final int BUFFER = 16 * 1_024;

    private final Selector selector;
    private final ServerSocketChannel serverChannel;
    /** The connected clients, by the port from which the server inside sees them connect. */
    private final Map<Integer, String> clients = new ConcurrentHashMap<>();

    /** Binds the address, without accepting clients yet. */
    ClientProxy(InetSocketAddress address, int backlog) throws IOException {
        selector = Selector.open();
        serverChannel = ServerSocketChannel.open();
        try {
            serverChannel.bind(address, backlog).configureBlocking(false).register(selector, SelectionKey.OP_ACCEPT);
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
    }

    InetSocketAddress address() throws IOException {
        return (InetSocketAddress) serverChannel.getLocalAddress();
    }

    /** Returns the client that the server sees connecting from this address; empty once it has disconnected. */
    Optional<String> client(InetSocketAddress seen) {
        return Optional.ofNullable(clients.get(seen.getPort()));
    }

    boolean isHere(String client) {
        return clients.containsValue(client);
    }

    /**
     * Starts accepting clients.
     *
     * @param inside where the server listens
     * @param onGone called for each client that has disconnected, before anything sent later is passed on
     */
    void open(InetSocketAddress inside, Consumer<String> onGone) {
        Thread thread = new Thread(() -> run(inside, onGone), "bot-api-double-proxy");
        thread.setDaemon(true);
        thread.start();
    }

    private void run(InetSocketAddress inside, Consumer<String> onGone) {
        try {
            while (selector.isOpen()) {
                selector.select();
                List<SelectionKey> ready = List.copyOf(selector.selectedKeys());
                selector.selectedKeys().clear();
                // Read from all before passing anything on: those that have gone and later ones may both be ready.
                ends(ready).forEach(End::hear);
                ends(ready).forEach(End::pass);
                if (ready.stream().anyMatch(key -> key.isValid() && key.isAcceptable())) {
                    admit(inside, onGone);
                }
            }
        } catch (ClosedSelectorException | CancelledKeyException e) {
            return; // the double is closed
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            close(); // however it ended: no client may wait for bytes that nobody passes on
        }
    }

    private static List<End> ends(List<SelectionKey> keys) {
        return keys.stream()
                .filter(key -> key.attachment() instanceof End)
                .map(key -> (End) key.attachment())
                .toList();
    }

    private void admit(InetSocketAddress inside, Consumer<String> onGone) throws IOException {
        SocketChannel client = serverChannel.accept();
        if (client != null) {
            try {
                admit(client, inside, onGone);
            } catch (IOException | ClosedSelectorException e) { // the client has gone, or the double is being closed
                client.close();
            }
        }
    }

    private void admit(SocketChannel client, InetSocketAddress inside, Consumer<String> onGone) throws IOException {
        SocketChannel server = SocketChannel.open(inside);
        InetSocketAddress from = (InetSocketAddress) client.getRemoteAddress();
        int seen = ((InetSocketAddress) server.getLocalAddress()).getPort();
        String name = from.getAddress().getHostAddress() + ":" + from.getPort();
        clients.put(seen, name);
        End outer = new End(client);
        End inner = new End(server);
        outer.join(inner, () -> {
            clients.remove(seen);
            onGone.accept(name);
        });
        inner.join(outer, () -> clients.remove(seen));
    }

    @Override
    public void close() {
        List<End> open = selector.isOpen() ? ends(List.copyOf(selector.keys())) : List.of();
        try {
            selector.close();
            serverChannel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        open.forEach(End::close);
    }

    /** One of the two connections of a client, of the proxy's thread only. */
    private final class End {
        private final SocketChannel channel;
        private final SelectionKey key;
        private final ByteBuffer outgoing = ByteBuffer.allocate(BUFFER);
        private End other = this;
        private Runnable onEnd = () -> {};
        private boolean ended;

        End(SocketChannel channel) throws IOException {
            this.channel = channel;
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.configureBlocking(false);
            this.key = channel.register(selector, SelectionKey.OP_READ, this);
        }

        void join(End peer, Runnable whenEnded) {
            other = peer;
            onEnd = whenEnded;
        }

        void hear() {
            try {
                if (!ended && key.isValid() && key.isReadable() && channel.read(other.outgoing) < 0) {
                    end();
                }
            } catch (IOException e) {
                end();
            }
        }

        private void end() {
            ended = true;
            onEnd.run();
        }

        /** Passes on what was received at either end, and what was left over. */
        void pass() {
            send();
            other.send();
            if (isOver() || other.isOver()) {
                close();
                other.close();
            } else {
                expect();
                other.expect();
            }
        }

        /** Returns whether it sends nothing more, and everything it sent was passed on. */
        private boolean isOver() {
            return ended && other.outgoing.position() == 0;
        }

        private void send() {
            try {
                outgoing.flip();
                channel.write(outgoing);
            } catch (IOException e) {
                outgoing.position(outgoing.limit()); // the receiver has gone
            } finally {
                outgoing.compact();
            }
        }

        private void expect() {
            if (key.isValid()) {
                int read = !ended && other.outgoing.hasRemaining() ? SelectionKey.OP_READ : 0;
                key.interestOps(outgoing.position() > 0 ? read | SelectionKey.OP_WRITE : read);
            }
        }

        void close() {
            try {
                channel.close();
            } catch (IOException e) {
                return; // it is of no use any more
            }
        }
    }
}
