package io.botfsm.examples.onboarding.terminal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OptionsTest {
    @Test
    void haveDefaults() {
        assertThat(parse()).isEqualTo(new Options("embedded", "1", false));
    }

    @ParameterizedTest
    @ValueSource(strings = {"memory", "embedded", "redis://localhost", "rediss://u:p@host:6380/2", "redis-socket:///s"})
    void takeEachStorage(String storage) {
        assertThat(parse("--storage", storage).storage()).isEqualTo(storage);
        assertThat(parse("--storage=" + storage).storage()).isEqualTo(storage);
    }

    @Test
    void areTakenInAnyOrderAndTheLastOneCounts() {
        assertThat(parse("--user", "7", "--help", "--storage", "memory", "--user=8"))
                .isEqualTo(new Options("memory", "8", true));
    }

    @ParameterizedTest
    @CsvSource({
        "--storage tape, --storage must be memory; embedded or redis://...; not \"tape\"",
        "--storage redis://, --storage must be memory; embedded or redis://...; not \"redis://\"",
        "--storage http://me:secret@host, --storage must be memory; embedded or redis://...; not \"http://***@host\"",
        "redis://me:se@cret@host, Unknown option: redis://***@host",
        "--bogus, Unknown option: --bogus",
        "--storage, --storage needs a value",
        "--user, --user needs a value",
        "--user=, --user must not be empty: \"\"",
    })
    void areRefusedByNameWithoutCredentials(String line, String message) {
        assertThatThrownBy(() -> parse(line.split(" ")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message.replace(';', ','));
    }

    private static Options parse(String... arguments) {
        return Options.parse(List.of(arguments));
    }
}
