package io.botfsm.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.Fsm;
import io.botfsm.redis.testkit.RedisClusterServers;
import io.botfsm.redis.testkit.RedisSentinels;
import io.botfsm.redis.testkit.RedisServerProcess;
import io.botfsm.redis.testkit.TestAuthority;
import io.botfsm.redis.testkit.TestAuthority.Signed;
import io.botfsm.storage.StorageKey;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.pem.PemSslStoreBundle;
import org.springframework.boot.ssl.pem.PemSslStoreDetails;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.testcontainers.service.connection.ServiceConnection;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.testcontainers.containers.GenericContainer;

/** A storage at the address in a bean, on real servers. */
@Timeout(120)
class ConnectionDetailsTest {
    private static final StorageKey KEY = StorageKey.bot(1).chat(2).user(3).build();

    private final ApplicationContextRunner app = new ApplicationContextRunner()
            .withUserConfiguration(PizzaApp.class)
            .withPropertyValues("spring.data.redis.port=1", "botfsm.storage=redis"); // nothing listens there

    @TempDir
    Path directory;

    private static String used(ApplicationContext context) {
        Fsm fsm = context.getBean(Fsm.class);
        fsm.context(KEY).setState(PizzaApp.Order.SIZE);
        assertThat(fsm.context(KEY).state(PizzaApp.Order.class)).contains(PizzaApp.Order.SIZE);
        return context.getBean(ChosenStorage.class).toString();
    }

    private static Map<String, Object> standalone(RedisServerProcess redis) {
        return Map.of("getHost", "localhost", "getPort", redis.port(), "getDatabase", 3);
    }

    @Test
    void aServerWithUserAndPassword() {
        try (RedisServerProcess redis =
                RedisServerProcess.start("user default off", "user bot on >secret42 ~* &* +@all")) {
            Map<String, Object> details =
                    Map.of("getUsername", "bot", "getPassword", "secret42", "getStandalone", standalone(redis));
            ConnectionDetails.redis(app, details)
                    .run(context -> assertThat(used(context)).contains(":" + redis.port() + "/3"));
        }
    }

    /** A container as a test declares it; in its place, a server runs on this machine, since there may be no Docker. */
    @SuppressWarnings("resource") // a container that has not started holds nothing
    private static final class LocalContainer extends GenericContainer<LocalContainer> {
        private final int port;

        LocalContainer(int port) {
            super("redis:7");
            this.port = port;
        }

        @Override
        public void start() {}

        @Override
        public void stop() {}

        @Override
        public String getHost() {
            return "localhost";
        }

        @Override
        public Integer getFirstMappedPort() {
            return port;
        }

        @Override
        public Integer getMappedPort(int original) {
            return port;
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Containers {
        @Bean
        @ServiceConnection(name = "redis")
        GenericContainer<?> redis(@Value("${local.port}") int port) {
            return new LocalContainer(port);
        }
    }

    @Test
    void aContainerWithServiceConnection() {
        try (RedisServerProcess redis = RedisServerProcess.start()) {
            app.withUserConfiguration(Containers.class)
                    .withPropertyValues("local.port=" + redis.port())
                    .run(context -> assertThat(used(context)).contains(":" + redis.port()));
        }
    }

    @Test
    void anEmptyPasswordIsNone() {
        try (RedisServerProcess redis = RedisServerProcess.start()) {
            Map<String, Object> details =
                    Map.of("getUsername", "", "getPassword", "", "getStandalone", standalone(redis));
            ConnectionDetails.redis(app, details)
                    .run(context -> assertThat(used(context)).contains(":" + redis.port() + "/3"));
        }
    }

    /** Spring Boot 3 has the bundle in the part that names the servers, 4 beside it. */
    @Test
    void anSslBundle() {
        TestAuthority authority = new TestAuthority(directory, "authority");
        Signed server = authority.sign("server");
        Signed bot = authority.sign("bot");
        int port = RedisServerProcess.freePort();
        SslBundle bundle = SslBundle.of(new PemSslStoreBundle(
                PemSslStoreDetails.forCertificate("file:" + bot.certificate()).withPrivateKey("file:" + bot.key()),
                PemSslStoreDetails.forCertificate("file:" + authority.certificate())));
        try (RedisServerProcess redis = RedisServerProcess.start(
                "tls-port " + port,
                "tls-cert-file " + server.certificate(),
                "tls-key-file " + server.key(),
                "tls-ca-cert-file " + authority.certificate())) {
            Map<String, Object> details = Map.of(
                    "getSslBundle",
                    bundle,
                    "getStandalone",
                    Map.of("getHost", "localhost", "getPort", port, "getSslBundle", bundle));
            assertThat(redis.isStarted()).isTrue();
            ConnectionDetails.redis(app, details)
                    .run(context -> assertThat(used(context)).contains(":" + port));

            app.withPropertyValues(
                            "spring.data.redis.port=" + port,
                            "spring.data.redis.ssl.bundle=redis",
                            "spring.ssl.bundle.pem.redis.truststore.certificate=file:" + authority.certificate(),
                            "spring.ssl.bundle.pem.redis.keystore.certificate=file:" + bot.certificate(),
                            "spring.ssl.bundle.pem.redis.keystore.private-key=file:" + bot.key())
                    .run(context -> assertThat(used(context)).contains(":" + port));
        }
    }

    @Test
    void sentinelsWithAPassword() {
        try (RedisSentinels sentinels = RedisSentinels.startWithPassword("secret42")) {
            List<Integer> ports =
                    sentinels.sentinels().stream().map(RedisServerProcess::port).toList();
            Map<String, Object> details = Map.of(
                    "getSentinel",
                    Map.of(
                            "getMaster",
                            RedisSentinels.MASTER_NAME,
                            "getNodes",
                            ports,
                            "getPassword",
                            "secret42",
                            "getDatabase",
                            5));
            ConnectionDetails.redis(app, details)
                    .run(context -> assertThat(used(context)).contains(RedisSentinels.MASTER_NAME, "/5"));
        }
    }

    @Test
    void aCluster() {
        try (RedisClusterServers cluster = RedisClusterServers.start(3, 0)) {
            List<Integer> ports = List.of(
                    cluster.servers().get(0).port(), cluster.servers().get(1).port());
            ConnectionDetails.redis(app, Map.of("getCluster", Map.of("getNodes", ports)))
                    .run(context -> assertThat(used(context)).contains(":" + ports.get(0)));
        }
    }

    @Test
    void aDatabase() {
        String url = "jdbc:h2:mem:details;DB_CLOSE_DELAY=-1";
        ConnectionDetails.jdbc(app, Map.of("getJdbcUrl", url, "getUsername", "sa", "getPassword", ""))
                .withPropertyValues("botfsm.storage=jdbc")
                .run(context -> {
                    assertThat(used(context)).startsWith("BotDatabase[H2]");
                    try (Connection connection = DriverManager.getConnection(url, "sa", "");
                            var tables = connection.getMetaData().getTables(null, "PUBLIC", "%", null)) {
                        assertThat(tables.next())
                                .as("tables where the bean says")
                                .isTrue();
                    }
                });
    }
}
