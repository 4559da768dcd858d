package io.botfsm.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.botfsm.jdbc.BotDatabase;
import io.botfsm.redis.testkit.OneRedisServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The script with the runnable jar, which the build has made before. */
@Timeout(120)
class RunnableJarTest extends OneRedisServer {
    @TempDir
    Path directory;

    private static String botfsm(String store, int status, String... arguments) throws Exception {
        String[] command = new String[arguments.length + 1];
        command[0] = Path.of("botfsm").toAbsolutePath().toString();
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("BOTFSM_STORE", store);
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        Process process = builder.start();
        String printed = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor()).as(printed).isEqualTo(status);
        return printed;
    }

    @Test
    void theScriptSaysThatItsJarIsMissing() throws Exception {
        Path script = Files.copy(Path.of("botfsm"), directory.resolve("botfsm"), StandardCopyOption.COPY_ATTRIBUTES);
        Process process =
                new ProcessBuilder(script.toString()).redirectErrorStream(true).start();
        assertThat(new String(process.getInputStream().readAllBytes(), UTF_8)).contains("there is no botfsm.jar");
        assertThat(process.waitFor()).isEqualTo(1);
    }

    @Test
    void itHasAllThatItNeeds() throws Exception {
        assertThat(botfsm("", 0, "--version")).isEqualToIgnoringNewLines("0.1.0-SNAPSHOT");
        assertThat(botfsm(server.uri(0), 0, "list")).isEmpty();
        assertThat(botfsm(server.uri(0), 0, "lock", "status", "pizza-bot")).contains("(free)");
        String sqlite = "jdbc:sqlite:" + directory.resolve("bot.db");
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(sqlite);
        try (HikariDataSource pool = new HikariDataSource(config);
                BotDatabase database = BotDatabase.builder(pool).createTables().build()) {
            assertThat(database).isNotNull();
        }
        assertThat(botfsm(sqlite, 0, "list", "--count")).isEmpty();
        assertThat(botfsm("jdbc:postgresql://127.0.0.1:1/d", 1, "list"))
                .contains("cannot connect to jdbc:postgresql://127.0.0.1:1/d");
    }
}
