package io.botfsm.redis.testkit;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.images.RemoteDockerImage;
import org.testcontainers.images.builder.ImageFromDockerfile;
import org.testcontainers.utility.DockerImageName;

/**
 * Finds a Redis for tests, in this order:
 *
 * <ol>
 *   <li>{@value #URI_PROPERTY}: a server that runs already and is the tests' own (they flush its databases);
 *   <li>{@code botfsm.redis.binary}: a server program, started here;
 *   <li>{@value #IMAGE_PROPERTY}: an image whose program takes settings as options, run by Testcontainers;
 *       {@value #EMBEDDED} for one that is made here of the embedded program, which needs a Docker engine but no
 *       registry;
 *   <li>else the program of the embedded-redis jar, started here.
 * </ol>
 *
 * If no Redis is available, the tests fail; nothing is skipped.
 */
public final class RedisServers {
    private static final String URI_PROPERTY = "botfsm.redis.uri";
    private static final String IMAGE_PROPERTY = "botfsm.redis.image";
    private static final String EMBEDDED = "embedded";

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
        return start();
    }

    /**
     * A server of a test's own, never the one that runs already. A test that stops or restarts its server starts a
     * {@link RedisServerProcess} instead, which is never a container.
     *
     * @param settings lines of a configuration file
     */
    public static RedisTestServer start(String... settings) {
        String image = System.getProperty(IMAGE_PROPERTY);
        return image != null && System.getProperty(RedisBinary.PROPERTY) == null
                ? Container.start(image, settings)
                : RedisServerProcess.start(settings);
    }

    private static final class Shared {
        static final RedisTestServer SERVER = find();
    }

    private record Existing(String host, int port) implements RedisTestServer {
        @Override
        public void close() {}
    }

    private record Container(GenericContainer<?> container) implements RedisTestServer {
        private static final int PORT = 6379;

        /** Always the same, so that it is made once, and nothing piles up. */
        private static final String IMAGE_OF_EMBEDDED = "localhost/botfsm-embedded-redis";

        private static final String DOCKERFILE = """
                FROM scratch
                COPY redis-server /redis-server
                ENTRYPOINT ["/redis-server"]
                """;

        @SuppressWarnings("resource") // closed by close(), or by Testcontainers at the end of the JVM
        static Container start(String image, String... settings) {
            List<String> options = new ArrayList<>(List.of("--protected-mode", "no", "--save", ""));
            for (String setting : settings) {
                options.addAll(List.of(("--" + setting).split(" ")));
            }
            GenericContainer<?> container = new GenericContainer<>(image(image))
                    .withCommand(options.toArray(String[]::new))
                    .withExposedPorts(PORT)
                    .waitingFor(Wait.forLogMessage(".*Ready to accept connections.*", 1));
            container.start();
            return new Container(container);
        }

        private static Future<String> image(String name) {
            return name.equals(EMBEDDED)
                    ? new ImageFromDockerfile(IMAGE_OF_EMBEDDED, false)
                            .withFileFromPath("redis-server", RedisBinary.path())
                            .withFileFromString("Dockerfile", DOCKERFILE)
                    : new RemoteDockerImage(DockerImageName.parse(name));
        }

        @Override
        public String host() {
            return container.getHost();
        }

        @Override
        public int port() {
            return container.getMappedPort(PORT);
        }

        @Override
        public void close() {
            container.stop();
        }
    }
}
