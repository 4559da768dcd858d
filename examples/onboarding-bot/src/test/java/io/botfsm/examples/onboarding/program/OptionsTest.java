package io.botfsm.examples.onboarding.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.botfsm.examples.onboarding.program.Options.Action;
import java.time.Duration;
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
        assertThat(options.database()).isEmpty();
        assertThat(options.user()).isEqualTo("1");
        assertThat(options.instance(Optional.empty())).isEqualTo("onboarding-bot");
        assertThat(options.ttl()).isEqualTo(Duration.ofSeconds(30));
        assertThat(options.action()).isEqualTo(Action.TALK);
        assertThat(options.flags()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"memory", "embedded", "redis://localhost", "rediss://u:p@host:6380/2", "redis-socket:///s"})
    void takeEachStorage(String storage) {
        assertThat(parse("--storage", storage).storage()).isEqualTo(storage);
        assertThat(parse("--storage=" + storage).storage()).isEqualTo(storage);
    }

    @Test
    void areTakenInAnyOrderAndTheLastOneCounts() {
        Options options = parse(
                ("--user 7 --help --standby --verbose --adopt-database --lock-release --storage memory --user=8 --ttl 5"
                                + " --database=d.db --instance=b")
                        .split(" "));
        assertThat(options.storage()).isEqualTo("memory");
        assertThat(options.database()).contains("d.db");
        assertThat(options.user()).isEqualTo("8");
        assertThat(options.instance(Optional.empty())).isEqualTo("b");
        assertThat(options.ttl()).isEqualTo(Duration.ofSeconds(5));
        assertThat(options.action()).isEqualTo(Action.HELP);
        assertThat(options.flags())
                .containsExactlyInAnyOrder(
                        "--help", "--standby", "--verbose", Options.ADOPT_DATABASE, "--lock-release");
    }

    @Test
    void chooseTheMessenger() {
        assertThat(parse("--telegram", "--ttl=5").has(Options.TELEGRAM)).isTrue();
        assertThat(parse("--telegram", "--ttl=5").ttl()).isEqualTo(Duration.ofSeconds(5));
    }

    @Test
    void areQuietUnlessAskedOrOnTelegram() {
        assertThat(parse().isQuiet()).isTrue();
        assertThat(parse("--verbose").isQuiet()).isFalse();
        assertThat(parse("--telegram").isQuiet()).isFalse();
        assertThat(parse("--telegram", "--lock-status").isQuiet()).isTrue();
    }

    @Test
    void chooseWhatIsToBeDone() {
        assertThat(parse("--lock-status").action()).isEqualTo(Action.LOCK_STATUS);
        assertThat(parse("--lock-release").action()).isEqualTo(Action.LOCK_RELEASE);
        assertThat(parse("-h").action()).isEqualTo(Action.HELP);
        assertThat(parse("--lock-release", "--help").action()).isEqualTo(Action.HELP);
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
        "--ttl=0, --ttl must be a whole number of seconds from 1 to 86400; not \"0\"",
        "--ttl=86401, --ttl must be a whole number of seconds from 1 to 86400; not \"86401\"",
        "--ttl=1.5, --ttl must be a whole number of seconds from 1 to 86400; not \"1.5\"",
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
