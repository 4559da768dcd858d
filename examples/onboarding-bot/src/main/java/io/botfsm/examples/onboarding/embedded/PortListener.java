package io.botfsm.examples.onboarding.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.Optional;

/** What listens on a port of this machine: a Redis, another program, or nothing. */
record PortListener(int port) {
    private static final int PATIENCE_MILLIS = 1_000;
    private static final int LONGEST_ANSWER = 8_192;
    private static final InetAddress HERE = InetAddress.getLoopbackAddress();

    /** A port that nobody listens on now: the given one, or else any. */
    static PortListener free(Optional<PortListener> preferred) throws IOException {
        try (ServerSocket socket =
                new ServerSocket(preferred.map(PortListener::port).orElse(0), 1, HERE)) {
            return new PortListener(socket.getLocalPort());
        } catch (IOException e) {
            if (preferred.isPresent()) {
                return free(Optional.empty());
            }
            throw e;
        }
    }

    /** Whether it is the Redis that works in this folder. */
    boolean worksIn(Path folder) {
        return answer("CONFIG GET dir").contains("\r\n" + folder + "\r\n");
    }

    /** Whether it is a Redis that has loaded its data. */
    boolean isReady() {
        return answer("PING").startsWith("+PONG");
    }

    private String answer(String question) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(HERE, port), PATIENCE_MILLIS);
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.getOutputStream().write((question + "\r\nQUIT\r\n").getBytes(UTF_8));
            return new String(socket.getInputStream().readNBytes(LONGEST_ANSWER), UTF_8);
        } catch (IOException e) {
            return "";
        }
    }
}
