package io.botfsm.redis.client.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Versions of a client that are too old, each in a class loader of its own beside everything else of this class path.
 */
@Timeout(60)
public abstract class RefusedVersionsSuite {
    private final Class<?> entry;
    private final String artifact;

    /**
     * The tests of a client.
     *
     * @param artifact the library's Maven coordinates, {@code group:artifact}
     */
    protected RefusedVersionsSuite(ClientInTest client, String artifact) {
        this.entry = client.entry();
        this.artifact = artifact;
    }

    private String library() {
        return artifact.substring(artifact.indexOf(':') + 1);
    }

    /** The versions that the build tries, as the message names them: without the last number. */
    private static String range() {
        return System.getProperty("botfsm.client.range").replaceAll("(\\d+\\.\\d+)\\.[\\w.]+", "$1");
    }

    /** The refused versions, which the build puts there. */
    private static List<Path> refused() throws IOException {
        try (Stream<Path> jars = Files.list(Path.of("target/refused"))) {
            return jars.sorted().toList();
        }
    }

    /** Everything of this class path, with one jar in place of another version of it. */
    private static URLClassLoader with(Path jar, String library) {
        Stream<Path> others = Arrays.stream(
                        System.getProperty("java.class.path").split(File.pathSeparator))
                .map(Path::of)
                .filter(element -> !element.getFileName().toString().startsWith(library + "-"));
        URL[] urls = Stream.concat(Stream.of(jar), others)
                .map(RefusedVersionsSuite::url)
                .toArray(URL[]::new);
        return new URLClassLoader(urls, ClassLoader.getPlatformClassLoader());
    }

    private static URL url(Path element) {
        try {
            return element.toUri().toURL();
        } catch (MalformedURLException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Not through {@link Class#getMethod}, which needs the classes of all methods. */
    private Throwable failure(URLClassLoader loader, String method, String builder) throws Exception {
        Class<?> there = loader.loadClass(entry.getName());
        Class<?> result = loader.loadClass("io.botfsm.redis.BotRedis" + builder);
        MethodHandle handle =
                MethodHandles.publicLookup().findStatic(there, method, MethodType.methodType(result, String.class));
        return catchThrowable(() -> handle.invoke("redis://nobody.invalid"));
    }

    @Test
    void areRefusedByNameBeforeAnythingIsSent() throws Exception {
        List<Path> jars = refused();
        assertThat(jars).hasSizeGreaterThan(1);
        for (Path jar : jars) {
            String version = jar.getFileName().toString().replaceAll("^" + library() + "-|\\.jar$", "");
            isRefused(jar, library(), version, range(), artifact);
        }
    }

    /** Requires that both {@code connect} and {@code builder} fail with a message that contains the words. */
    protected final void isRefused(Path jar, String library, String... words) throws Exception {
        try (URLClassLoader loader = with(jar, library)) {
            for (Throwable failure :
                    Arrays.asList(failure(loader, "connect", ""), failure(loader, "builder", "$Builder"))) {
                assertThat(failure).as(jar.toString()).isNotNull();
                assertThat(failure.getClass().getName()).isEqualTo("io.botfsm.redis.spi.UnsupportedClientException");
                assertThat(failure).hasMessageContainingAll(words);
            }
        }
    }
}
