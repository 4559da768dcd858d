package io.botfsm.examples.onboarding.embedded;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;
import redis.embedded.RedisExecProvider;

/** The Redis server that the embedded-redis jar holds for this machine, as a file that can be run. */
final class RedisProgram {
    private RedisProgram() {}

    static boolean isAvailable() {
        return RedisExecProvider.class.getResource("/" + name()) != null;
    }

    private static String name() {
        return String.format(
                Locale.ROOT, "redis-server-%s-%s-%s", RedisExecProvider.redisVersion, system(), processor());
    }

    /** Puts the program into a folder, unless it is there already. */
    static Path in(Path folder) throws IOException {
        String name = name();
        Path program = folder.resolve(name);
        if (Files.isExecutable(program)) {
            return program;
        }
        try (InputStream content = RedisExecProvider.class.getResourceAsStream("/" + name)) {
            if (content == null) {
                throw new IOException(
                        String.format(Locale.ROOT, "There is no embedded Redis for this machine (%s).", name));
            }
            // Only a whole program ever has the final name, whatever happens while it is written.
            Path partial = folder.resolve(name + ".partial");
            Files.copy(content, partial, StandardCopyOption.REPLACE_EXISTING);
            if (!partial.toFile().setExecutable(true)) {
                throw new IOException(String.format(Locale.ROOT, "Cannot make %s executable.", partial));
            }
            return Files.move(partial, program, StandardCopyOption.ATOMIC_MOVE);
        }
    }

    private static String system() {
        String name = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        return name.startsWith("mac") ? "darwin" : name;
    }

    private static String processor() {
        String name = System.getProperty("os.arch");
        return switch (name) {
            case "x86_64" -> "amd64";
            case "aarch64" -> "arm64";
            default -> name;
        };
    }
}
