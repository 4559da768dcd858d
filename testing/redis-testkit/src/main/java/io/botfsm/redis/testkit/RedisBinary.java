package io.botfsm.redis.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import redis.embedded.RedisServer;

/** The server program: the one that {@value #PROPERTY} names, or the one that the embedded-redis jar holds. */
final class RedisBinary {
    static final String PROPERTY = "botfsm.redis.binary";

    private static @Nullable Path extracted;

    private RedisBinary() {}

    static synchronized Path path() {
        String named = System.getProperty(PROPERTY);
        if (named != null) {
            return executable(Path.of(named));
        }
        if (extracted == null) {
            extracted = extract();
        }
        return extracted;
    }

    private static Path executable(Path program) {
        if (!Files.isExecutable(program)) {
            throw new IllegalStateException(PROPERTY + " names no executable file: " + program);
        }
        return program;
    }

    private static Path extract() {
        String name = "redis-server-7.0.15-" + os() + "-" + architecture();
        try (InputStream program = RedisServer.class.getResourceAsStream("/" + name)) {
            if (program == null) {
                throw new IllegalStateException("no embedded Redis for this machine (" + name + "); set -D" + PROPERTY);
            }
            Path directory = Files.createTempDirectory("botfsm-redis-binary");
            Path file = directory.resolve("redis-server");
            Files.copy(program, file, StandardCopyOption.REPLACE_EXISTING);
            if (!file.toFile().setExecutable(true)) {
                throw new IllegalStateException("cannot make the embedded Redis executable: " + file);
            }
            directory.toFile().deleteOnExit();
            file.toFile().deleteOnExit();
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String os() {
        return System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("mac") ? "darwin" : "linux";
    }

    private static String architecture() {
        String name = System.getProperty("os.arch");
        return name.equals("aarch64") ? "arm64" : name.equals("x86_64") ? "amd64" : name;
    }
}
