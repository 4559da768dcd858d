package io.botfsm.redis.spi;

import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor.Version;
import java.util.Optional;
import java.util.Properties;
import java.util.function.Supplier;

/**
 * The versions of a client library that an adapter supports. An adapter checks them before it uses the library, since a
 * version that lacks a class or a method would otherwise fail with a {@link LinkageError} in the middle of a call.
 * Immutable.
 *
 * @param client the library's name, such as {@code Lettuce}
 * @param artifact its Maven coordinates, {@code group:artifact}
 * @param oldest the oldest version that works
 * @param newest the newest version that is tested
 */
public record ClientVersion(String client, String artifact, String oldest, String newest) {
    /**
     * Throws if the library is older than the oldest supported version. A version newer than the tested ones is
     * accepted.
     *
     * @param any a class of the library that every version has; its jar contains the version
     * @param needed returns a class that versions before the oldest lack; called if the jar does not contain the
     *     version, such as after shading
     * @throws UnsupportedClientException naming the version found, the supported ones and the remedy
     */
    public void require(Class<?> any, Supplier<Class<?>> needed) {
        require(any, needed, "");
    }

    /**
     * Throws if the library, which another library needs, is older than the oldest supported version.
     *
     * @param purpose what the library is too old for, such as {@code for Lettuce 7}; empty if for the adapter
     * @throws UnsupportedClientException naming the version found, the purpose, the supported versions and the remedy
     */
    public void require(Class<?> any, Supplier<Class<?>> needed, String purpose) {
        Optional<Version> found = ofMaven(any).flatMap(ClientVersion::parse);
        boolean works = found.map(version -> version.compareTo(Version.parse(oldest)) >= 0)
                .orElseGet(() -> exists(needed));
        if (!works) {
            throw new UnsupportedClientException(
                    client, artifact, found.map(Version::toString), oldest, newest, purpose);
        }
    }

    private Optional<String> ofMaven(Class<?> any) {
        String path = "/META-INF/maven/" + artifact.replace(':', '/') + "/pom.properties";
        try (InputStream in = any.getResourceAsStream(path)) {
            if (in == null) {
                return Optional.empty();
            }
            Properties properties = new Properties();
            properties.load(in);
            return Optional.ofNullable(properties.getProperty("version"));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static Optional<Version> parse(String version) {
        try {
            return Optional.of(Version.parse(version));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static boolean exists(Supplier<Class<?>> needed) {
        try {
            return needed.get() != null;
        } catch (LinkageError e) {
            return false;
        }
    }
}
