package io.botfsm.examples.snippets;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.examples.snippets.CompatibilityTable.Combination;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class CompatibilityTableTest {
    private static final Path ROOT = Path.of("..", "..").toAbsolutePath().normalize();
    private static final Pattern TEST_OF_A_SUITE =
            Pattern.compile("(?m)^(?:public |final )*class (\\w+)(?:<.*>)? extends (\\w*Conformance)\\b");

    /** Tests of the suites themselves, of decorators alone, and of the examples in the guides. */
    private static final List<String> NOT_IN_THE_TABLE = List.of(
            "FencedStateStorageDecoratorTest",
            "LoggingStateStorageDecoratorTest",
            "MeasuredStateStorageDecoratorTest",
            "NotifyingStateStorageDecoratorTest",
            "ObservedStateStorageDecoratorTest",
            "OwnLeaseStoreTest",
            "OwnStorageTest",
            "RealTimeReferenceLeaseStoreTest",
            "RealTimeReferenceStorageTest",
            "RecoveringStateStorageDecoratorTest",
            "ReferenceCatalogTest",
            "ReferenceInboxTest",
            "ReferenceLeaseStoreTest",
            "ReferenceQueueTest",
            "ReferenceStorageTest",
            "TransitionCheckingStateStorageDecoratorTest");

    @Test
    void everyConformanceTestHasItsPlaceInTheTable() throws IOException {
        List<String> classes = new CompatibilityTable(ROOT).classes();
        assertThat(classes)
                .hasSizeGreaterThan(20)
                .allSatisfy(testClass -> assertThat(CompatibilityTable.of(testClass))
                        .as("what %s belongs to; see CompatibilityTable.of", testClass)
                        .isPresent());
    }

    /** The table finds a test by the end of its name. */
    @Test
    void everyTestOfASuiteIsNamedSo() throws IOException {
        TreeSet<String> others = new TreeSet<>();
        try (Stream<Path> sources = Files.walk(ROOT)) {
            for (Path source : sources.filter(path ->
                            path.toString().endsWith(".java") && path.toString().contains("src/test"))
                    .toList()) {
                Matcher test = TEST_OF_A_SUITE.matcher(Files.readString(source));
                if (test.find() && !test.group(1).matches(".*Conformance(Proof)?Test")) {
                    others.add(test.group(1));
                }
            }
        }
        assertThat(others).containsExactlyElementsOf(NOT_IN_THE_TABLE);
    }

    @Test
    void namesTellWhatATestBelongsTo() {
        assertThat(CompatibilityTable.of(
                        "io.botfsm.redis.lettuce.topology.LettuceClusterLeaseStoreConformanceProofTest"))
                .contains(new Combination("lease", "Lettuce", "Cluster"));
        assertThat(CompatibilityTable.of("io.botfsm.redis.jedis.isolation.RedisIsolationConformanceTest"))
                .contains(new Combination("event isolation", "Jedis", "standalone"));
        assertThat(CompatibilityTable.of("io.botfsm.integration.storage.LettuceStackConformanceTest"))
                .contains(new Combination("storage", "Lettuce", "standalone"));
        assertThat(CompatibilityTable.of("io.botfsm.memory.MemoryStateStorageConformanceTest"))
                .contains(new Combination("storage", "memory", CompatibilityTable.OF_ONE_PROCESS));
        assertThat(CompatibilityTable.of("io.botfsm.redis.jedis.topology.JedisClusterCatalogConformanceTest"))
                .contains(new Combination("catalog", "Jedis", "Cluster"));
        assertThat(CompatibilityTable.of("io.botfsm.redis.jedis.topology.JedisClusterInboxConformanceProofTest"))
                .contains(new Combination("inbox", "Jedis", "Cluster"));
        assertThat(CompatibilityTable.of("io.botfsm.redis.jedis.JedisAiogramCatalogConformanceTest"))
                .contains(new Combination("aiogram catalog", "Jedis", "standalone"));
        assertThat(CompatibilityTable.of("io.botfsm.jdbc.SqliteQueueConformanceTest"))
                .contains(new Combination("queue", "Sqlite", CompatibilityTable.A_DATABASE));
        assertThat(CompatibilityTable.of("io.botfsm.jdbc.MariaDbLeaseConformanceProofTest"))
                .contains(new Combination("lease", "MariaDb", CompatibilityTable.A_DATABASE));
        assertThat(CompatibilityTable.of("io.botfsm.jdbc.JdbcConformanceTest")).isEqualTo(Optional.empty());
    }
}
