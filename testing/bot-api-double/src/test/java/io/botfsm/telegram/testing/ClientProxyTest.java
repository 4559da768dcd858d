package io.botfsm.telegram.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ClientProxyTest {
    /** However its thread ends, no client is left waiting. */
    @Test
    void dropsItsClientsWhenItsThreadEnds() throws Exception {
        CountDownLatch gone = new CountDownLatch(1);
        InetAddress here = InetAddress.getLoopbackAddress();
        try (ServerSocket inside = new ServerSocket(0, 10, here);
                ClientProxy proxy = new ClientProxy(new InetSocketAddress(here, 0), 10)) {
            proxy.open(new InetSocketAddress(here, inside.getLocalPort()), client -> {
                gone.countDown();
                throw new IllegalStateException("a bug");
            });
            InetSocketAddress address = proxy.address();
            try (Socket staying = new Socket(here, address.getPort());
                    Socket accepted = inside.accept()) {
                assertThat(accepted.isConnected()).isTrue();
                new Socket(here, address.getPort()).close();
                gone.await();

                assertThat(endsWithoutAnswer(staying)).isTrue();
            }
            assertThatThrownBy(() -> new Socket(here, address.getPort()).close())
                    .isInstanceOf(IOException.class);
        }
    }

    private static boolean endsWithoutAnswer(Socket client) {
        try {
            client.setSoTimeout(20_000);
            return client.getInputStream().read() < 0;
        } catch (SocketTimeoutException e) {
            return false;
        } catch (IOException e) {
            return true;
        }
    }
}
