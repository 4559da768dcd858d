package io.botfsm.redis.testkit;

import java.net.URI;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.utility.DockerImageName;

/**
 * Finds a Redis for tests, in this order:
 *
 * <ol>
 *   <li>{@value #URI_PROPERTY}: a server that runs already and is the tests' own (they flush its databases);
 *   <li>{@code botfsm.redis.binary}: a server program, started here;
 *   <li>{@value #IMAGE_PROPERTY}: an image, run by Testcontainers;
 *   <li>else the program of the embedded-redis jar, started here.
 * </ol>
 *
 * A Redis that cannot be had fails the tests; nothing is skipped.
 */
public final class RedisServers {
    private static final String URI_PROPERTY = "botfsm.redis.uri";
    private static final String IMAGE_PROPERTY = "botfsm.redis.image";

    private RedisServers() {}

    /** The server that all tests of this JVM share. It ends with the JVM. */
    public static RedisTestServer shared() {
        return Shared.SERVER;
    }

    private static RedisTestServer find() {
        String uri = System.getProperty(URI_PROPERTY);
        if (uri != null) {
            URI address = URI.create(uri);
            return new Existing(address.getHost(), address.getPort() < 0 ? 6379 : address.getPort());
        }
        String image = System.getProperty(IMAGE_PROPERTY);
        if (image != null && System.getProperty(RedisBinary.PROPERTY) == null) {
            return Container.start(image);
        }
        return RedisServerProcess.start();
    }

    private static final class Shared {
        static final RedisTestServer SERVER = find();
    }

    private record Existing(String host, int port) implements RedisTestServer {
        @Override
        public void close() {}
    }

    private record Container(GenericContainer<?> container) implements RedisTestServer {
        @SuppressWarnings("resource") // closed by close(), or by Testcontainers at the end of the JVM
        static Container start(String image) {
            GenericContainer<?> container = new GenericContainer<>(DockerImageName.parse(image)).withExposedPorts(6379);
            container.start();
            return new Container(container);
        }

        @Override
        public String host() {
            return container.getHost();
        }

        @Override
        public int port() {
            return container.getMappedPort(6379);
        }

        @Override
        public void close() {
            container.stop();
        }
    }
}
