package io.botfsm.examples.snippets;

import static io.botfsm.examples.snippets.DocLinksTest.ROOT;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.botfsm.redis.testkit.RedisServerProcess;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The lines of shell in the docs do what they say. Builds and long runs are not started, but what they name exists. */
@Timeout(120)
class ShellLinesTest {
    private static final Pattern BLOCK = Pattern.compile("(?ms)^```sh\\n(.*?)^```$");
    private static final Pattern LINE =
            Pattern.compile("(?:export )?(?:[A-Z_]+=\\S+ *)*(?<program>[^\\s=]*)(?<arguments>.*?)(?: +# .*)?");
    private static final Set<String> ELSEWHERE = Set.of("", "curl", "git", "mvn");
    private static final Pattern MODULES = Pattern.compile("-(?:pl|f) (\\S+)");
    private static final Pattern REQUEST = Pattern.compile("curl +(?:-d (\\S+) +)?'?(localhost:8081/[^\\s']+)'?");

    private static final String TEA = "chat_id=42&text=Tea?&reply_markup="
            + URLEncoder.encode("{\"inline_keyboard\":[[{\"text\":\"Tea\",\"callback_data\":\"tea\"}]]}", UTF_8);

    private final String port = Integer.toString(RedisServerProcess.freePort());

    private static List<String> lines(String program) throws IOException {
        return DocLinksTest.files("README\\.md|CONTRIBUTING\\.md|(docs|examples)/.*\\.md").values().stream()
                .flatMap(page -> BLOCK.matcher(page).results())
                .flatMap(block -> block.group(1).lines())
                .filter(line -> line.contains(program))
                .toList();
    }

    private static Matcher parts(String line) {
        Matcher parts = LINE.matcher(line);
        assertThat(parts.matches()).as(line).isTrue();
        return parts;
    }

    private static int bash(Path directory, String... arguments) throws IOException, InterruptedException {
        Process bash = new ProcessBuilder(
                        Stream.concat(Stream.of("bash"), Stream.of(arguments)).toList())
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        bash.getOutputStream().close();
        return bash.waitFor();
    }

    @Test
    void scriptsAndModulesExist() throws Exception {
        List<String> all = lines("");
        assertThat(all).hasSizeGreaterThan(30);
        for (String line : all) {
            Matcher parts = parts(line);
            Path script = ROOT.resolve(parts.group("program"));
            if (!ELSEWHERE.contains(parts.group("program"))) {
                assertThat(script).as(line).isRegularFile().isExecutable();
                assertThat(bash(ROOT, "-n", script.toString())).as(line).isZero();
            }
            for (MatchResult modules :
                    MODULES.matcher(parts.group("arguments")).results().toList()) {
                assertThat(modules.group(1).split(","))
                        .allSatisfy(module ->
                                assertThat(ROOT.resolve(module)).as(line).exists());
            }
        }
    }

    @Test
    void theFirstCommandRunsABotInTheTerminal(@TempDir Path directory) throws Exception {
        List<String> bots = lines("examples/hello-bot/run");
        assertThat(bots).contains("examples/hello-bot/run");
        assertThat(bash(directory, "-c", "unset TELEGRAM_BOT_TOKEN; " + ROOT + "/examples/hello-bot/run"))
                .isZero();
    }

    /** Runs the double on another port, and each {@code curl} of the docs, while a bot says something. */
    @Test
    void theDoubleIsTalkedToAsTheDocsSay() throws Exception {
        String run = lines("bot-api-double/run ").get(0);
        String[] command = run.replaceAll(" +#.*", "").replace("8081", port).split(" ");
        Process server = new ProcessBuilder(command)
                .directory(ROOT.toFile())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            URI bot = URI.create("http://localhost:" + port + "/bot" + command[2]);
            await().atMost(Duration.ofMinutes(1)).ignoreExceptions().until(() -> answered(bot + "/getMe", null) == 200);
            List<String> requests = lines("curl ");
            assertThat(requests).hasSizeGreaterThan(4);
            assertThat(answered("http://localhost:" + port + "/users/42/say", "text=hello"))
                    .isEqualTo(200);
            for (String line : requests) {
                assertThat(answered(bot + "/sendMessage", TEA)).isEqualTo(200);
                Matcher request = REQUEST.matcher(line);
                assertThat(request.matches()).as(line).isTrue();
                assertThat(answered("http://" + request.group(2).replace("8081", port), request.group(1)))
                        .as(line)
                        .isEqualTo(200);
            }
        } finally {
            server.destroy();
            assertThat(server.waitFor(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    private static int answered(String uri, @Nullable String form) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(uri)).timeout(Duration.ofSeconds(30));
        if (form != null) {
            request.header("Content-Type", "application/x-www-form-urlencoded").POST(BodyPublishers.ofString(form));
        }
        return HttpClient.newHttpClient()
                .send(request.build(), BodyHandlers.discarding())
                .statusCode();
    }
}
