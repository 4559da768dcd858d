package io.botfsm.examples.onboarding.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OptionsTest {
    @Test
    void haveDefaults() {
        Options options = parse();
        assertThat(options.storage()).isEqualTo("embedded");
        assertThat(options.value("--user", "1")).isEqualTo("1");
        assertThat(options.instance(Optional.empty())).isEqualTo("onboarding-bot");
        assertThat(options.number("--ttl", 30)).isEqualTo(30);
        assertThat(options.flags()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "memory",
                "embedded",
                "redis://localhost",
                "rediss://u:p@host:6380/2",
                "redis-socket:///s",
                "jdbc:sqlite:a.db"
            })
    void takeEachStorage(String storage) {
        assertThat(parse("--storage", storage).storage()).isEqualTo(storage);
        assertThat(parse("--storage=" + storage).storage()).isEqualTo(storage);
    }

    @Test
    void areTakenInAnyOrderAndTheLastOneCounts() {
        Options options = parse(("--user 7 --help --standby --verbose --lock-release --storage memory --user=8 --ttl 5"
                        + " --database=d.db --instance=b")
                .split(" "));
        assertThat(options.storage()).isEqualTo("memory");
        assertThat(options.value("--database", "none")).isEqualTo("d.db");
        assertThat(options.value("--user", "1")).isEqualTo("8");
        assertThat(options.instance(Optional.empty())).isEqualTo("b");
        assertThat(options.number("--ttl", 30)).isEqualTo(5);
        assertThat(options.flags()).containsExactlyInAnyOrder("--help", "--standby", "--verbose", "--lock-release");
    }

    @Test
    void areQuietUnlessAskedOrOnTelegram() {
        assertThat(parse().isQuiet()).isTrue();
        assertThat(parse("--verbose").isQuiet()).isFalse();
        assertThat(parse("--telegram").isQuiet()).isFalse();
        assertThat(parse("--telegram", "--lock-status").isQuiet()).isTrue();
    }

    @Test
    void askForHelp() {
        assertThat(parse("-h").has("--help")).isTrue();
        assertThat(parse("--lock-release", "--help").has("--help")).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "--storage tape, --storage must be memory; embedded; jdbc:... or redis://...; not \"tape\"",
        "--storage redis://, --storage must be memory; embedded; jdbc:... or redis://...; not \"redis://\"",
        "--storage http://me:secret@host, --storage must be memory; embedded; jdbc:... or redis://...; not \"http://***@host\"",
        "redis://me:se@cret@host, Unknown option: redis://***@host",
        "--bogus, Unknown option: --bogus",
        "--storage, --storage needs a value",
        "--user, --user needs a value",
        "--database=, --database needs a value",
        "--user=, --user needs a value",
        "--instance=, --instance needs a value",
        "--user --standby, --user needs a value; not the option \"--standby\"",
        "--standby=yes, --standby takes no value",
        "--standby=, --standby takes no value",
        "--telegram=7000000001:secret, --telegram takes no value",
        "--help=me, --help takes no value",
        "--lock-status --lock-release, --lock-status and --lock-release exclude each other",
        "7000000001:AAtheSecretOfThisBot_-x, Unknown option: 7000000001:***",
        "--ttl=0, --ttl must be a whole number from 1 to 9999; not \"0\"",
        "--ttl=10000, --ttl must be a whole number from 1 to 9999; not \"10000\"",
        "--ttl=1.5, --ttl must be a whole number from 1 to 9999; not \"1.5\"",
    })
    void areRefusedByNameWithoutCredentials(String line, String message) {
        assertThatThrownBy(() -> parse(line.split(" ")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message.replace(';', ','));
    }

    private static Options parse(String... arguments) {
        return Options.parse(List.of(arguments));
    }

    @Test
    void botsWithDifferentTokensHaveDifferentNames() {
        assertThat(parse().instance(Optional.of(7L))).isEqualTo("onboarding-bot-7");
        assertThat(parse("--instance=b").instance(Optional.of(7L))).isEqualTo("b");
        assertThat(parse("--instance=onboarding-bot").instance(Optional.of(7L))).isEqualTo("onboarding-bot");
    }
}
