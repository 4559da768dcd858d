package io.botfsm.redis.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;

/** Jackson stands for a client: its jar names its version. */
final class ClientVersionTest {
    private static Class<?> unasked() {
        throw new AssertionError("the version is known");
    }

    private static ClientVersion jackson(String oldest) {
        return new ClientVersion("Jackson", "com.fasterxml.jackson.core:jackson-databind", oldest, "99.9");
    }

    @Test
    void anOlderVersionIsRefusedByName() {
        UnsupportedClientException failure = catchThrowableOfType(
                UnsupportedClientException.class,
                () -> jackson("99.1").require(ObjectMapper.class, ClientVersionTest::unasked));
        assertThat(failure.found())
                .hasValueSatisfying(found -> assertThat(found).startsWith("2."));
        assertThat(failure.oldest()).isEqualTo("99.1");
        assertThat(failure.newest()).isEqualTo("99.9");
        assertThat(failure)
                .hasMessage(
                        "Jackson " + failure.found().get() + " is too old: versions 99.1 to 99.9 are supported; set the"
                                + " version of com.fasterxml.jackson.core:jackson-databind to one of them (with Spring Boot: the"
                                + " property jackson.version)");
    }

    /** 2.9 is older than 2.15, although it is greater as text. */
    @Test
    void theOldestAndNewerOnesPass() {
        assertThatCode(() -> jackson("2.9").require(ObjectMapper.class, ClientVersionTest::unasked))
                .doesNotThrowAnyException();
        assertThatCode(() -> new ClientVersion("Jackson", "com.fasterxml.jackson.core:jackson-databind", "1.0", "1.1")
                        .require(ObjectMapper.class, ClientVersionTest::unasked))
                .doesNotThrowAnyException();
    }

    /** As in a shaded jar, whose manifest is the application's. */
    @Test
    void theVersionInTheManifestIsNotTheClients() {
        assertThat(ObjectMapper.class.getPackage().getImplementationVersion()).startsWith("2.");
        assertThatCode(() -> new ClientVersion("Jackson", "nobody:nothing", "99.1", "99.9")
                        .require(ObjectMapper.class, () -> ObjectMapper.class))
                .doesNotThrowAnyException();
    }

    @Test
    void whereTheJarNamesNoVersionAClassDecides() {
        ClientVersion unknown = new ClientVersion("Jackson", "nobody:nothing", "99.1", "99.9");
        assertThatCode(() -> unknown.require(ClientVersionTest.class, () -> ObjectMapper.class))
                .doesNotThrowAnyException();
        UnsupportedClientException failure = catchThrowableOfType(
                UnsupportedClientException.class,
                () -> unknown.require(ClientVersionTest.class, () -> {
                    throw new NoClassDefFoundError("com/fasterxml/jackson/Missing");
                }));
        assertThat(failure.found()).isEmpty();
        assertThat(failure).hasMessageStartingWith("Jackson of an unknown version is too old");
    }
}
