package io.botfsm.redis.spi;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.redis.spi.RedisPortException.CommandOutcome;
import java.net.UnknownHostException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateException;
import java.util.List;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RedisPortExceptionTest {
    private static final String SHA = "df8e24881a446d717eddfdd850def6e0d5b9cbe4";

    /** Texts of real servers: 6.2, 7.0 and 7.2. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "NOSCRIPT No matching script. Please use EVAL. | NO_SCRIPT | NOSCRIPT | false",
                "-NOSCRIPT No matching script. Please use EVAL. | NO_SCRIPT | NOSCRIPT | false",
                "LOADING Redis is loading the dataset in memory | REFUSED | LOADING | false",
                "BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE. | REFUSED | BUSY | false",
                "READONLY You can't write against a read only replica. | REFUSED | READONLY | false",
                "READONLY You can't write against a read only replica. script: " + SHA
                        + ", on @user_script:85. | REFUSED | READONLY | false",
                "OOM command not allowed when used memory > 'maxmemory'. script: " + SHA
                        + ", on @user_script:85. | REFUSED | OOM | false",
                "ERR Error running script (call to f_" + SHA
                        + "): @user_script:85: @user_script: 85: -OOM command not allowed when used memory > 'maxmemory'. "
                        + "| REFUSED | OOM | false",
                "MISCONF Errors writing to the AOF file: No space left on device | REFUSED | MISCONF | false",
                "NOREPLICAS Not enough good replicas to write. | REFUSED | NOREPLICAS | false",
                "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'. | REFUSED | MASTERDOWN | false",
                "CLUSTERDOWN The cluster is down | REFUSED | CLUSTERDOWN | false",
                "TRYAGAIN Multiple keys request during rehashing of slot | REFUSED | TRYAGAIN | false",
                "ERR max number of clients reached | REFUSED | ERR | false",
                "MOVED 3999 127.0.0.1:6381 | REFUSED | MOVED | true",
                "NOAUTH Authentication required. | REFUSED | NOAUTH | true",
                "WRONGPASS invalid username-password pair or user is disabled. | REFUSED | WRONGPASS | true",
                "NOPERM this user has no permissions to run the 'hset' command | REFUSED | NOPERM | true",
                "ERR The user executing the script can't run this command or subcommand script: " + SHA
                        + ", on @user_script:1. | OUTCOME_UNKNOWN | NOPERM | true",
                "ERR ACL failure in script: User bot has no permissions to run the 'get' command script: " + SHA
                        + ", on @user_script:1. | OUTCOME_UNKNOWN | NOPERM | true",
                "@user_script: 1: The user executing the script can't publish to the channel mentioned in the command"
                        + " | OUTCOME_UNKNOWN | NOPERM | true",
                "WRONGTYPE Operation against a key holding the wrong kind of value | REFUSED | WRONGTYPE | true",
                "WRONGTYPE Operation against a key holding the wrong kind of value script: " + SHA
                        + ", on @user_script:1. | OUTCOME_UNKNOWN | WRONGTYPE | true",
                "ERR Error running script (call to f_" + SHA
                        + "): @user_script:17: WRONGTYPE Operation against a key holding the wrong kind of value "
                        + "| OUTCOME_UNKNOWN | WRONGTYPE | true",
                "ERR user_script:1: attempt to perform arithmetic on field 'x' (a nil value) script: " + SHA
                        + ", on @user_script:1. | OUTCOME_UNKNOWN | ERR | true",
                "ERR unknown command 'FOO', with args beginning with: 'hunter2' | REFUSED | ERR | true",
            })
    void knowsWhatTheServerMeans(String text, CommandOutcome kind, String code, boolean lasting) {
        RedisPortException failure = RedisPortException.ofServerError(text);

        assertThat(failure.kind()).isEqualTo(kind);
        assertThat(failure.code()).isEqualTo(code);
        assertThat(failure.isLasting()).isEqualTo(lasting);
        assertThat(failure).hasMessageContaining(code).hasNoCause();
    }

    @Test
    void aServerThatIsNotTrustedWillNotBeByWaiting() {
        Exception handshake = new SSLHandshakeException("handshake");
        handshake.initCause(new CertificateException("path", new CertPathBuilderException("no path to an authority")));
        RedisPortException failure = RedisPortException.notSent(new IllegalStateException("the client's", handshake));
        assertThat(failure.kind()).isEqualTo(CommandOutcome.NOT_SENT);
        assertThat(failure.isLasting()).isTrue();
        assertThat(failure).hasMessageContaining("certificate").hasMessageEndingWith(": no path to an authority");
    }

    /** The client was connected before, so someone has changed something, and may revert it. */
    @Test
    void whatKeepsOneOutWhoWasConnectedBeforeMayPass() {
        Exception handshake = new SSLHandshakeException("handshake");
        handshake.initCause(new CertificateException("path"));
        for (RedisPortException why : List.of(
                RedisPortException.ofServerError("NOAUTH Authentication required."),
                RedisPortException.ofServerError("WRONGPASS invalid username-password pair or user is disabled."),
                RedisPortException.notConnected(RedisPortException.ofServerError("WRONGPASS x")),
                RedisPortException.notConnected(RedisPortException.ofServerError("NOPERM x")),
                RedisPortException.notConnected(handshake))) {
            assertThat(why.isLasting()).isTrue();
            assertThat(why.isLastingOnceConnected()).isFalse();
        }
        assertThat(RedisPortException.ofServerError("NOPERM x").isLastingOnceConnected())
                .isTrue();
    }

    @Test
    void whatWasAnsweredInsteadOfAConnectionIsSaid() {
        RedisPortException why = RedisPortException.notConnected(
                new IllegalStateException(RedisPortException.ofServerError("WRONGPASS invalid")));
        assertThat(why.kind()).isEqualTo(CommandOutcome.NOT_SENT);
        assertThat(why.code()).isEqualTo("WRONGPASS");
        assertThat(why).hasMessage("not sent: Redis answered WRONGPASS, wrong user name or password");
        assertThat(RedisPortException.notConnected(why)).isSameAs(why);
        assertThat(RedisPortException.notConnected(new UnknownHostException("redis.invalid"))
                        .isLasting())
                .isFalse();
    }

    @Test
    void aHandshakeThatIsCutOffMayGoBetterNextTime() {
        RedisPortException failure = RedisPortException.notSent(new SSLHandshakeException("terminated"));
        assertThat(failure.kind()).isEqualTo(CommandOutcome.NOT_SENT);
        assertThat(failure.isLasting()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ERR unknown command 'FOO', with args beginning with: 'hunter2' 'hunter2' ",
                "hunter2",
                "",
                "NOPERM this user has no permissions to access the 'fsm:{hunter2}' key",
                "NOPERM this user has no permissions to access the 'lock:{hunter2}' channel",
                "ERR Error running script (call to f_x): @user_script:1: hunter2",
                "NOPERM User hunter2 has no permissions to run the 'hset' command",
            })
    void repeatsNothingButCodesAndCommands(String text) {
        assertThat(RedisPortException.ofServerError(text)).message().doesNotContain("hunter2");
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = " => ",
            quoteCharacter = '`',
            value = {
                "NOPERM this user has no permissions to run the 'script|load' command => command SCRIPT LOAD",
                "NOPERM User bot has no permissions to run the 'hgetall' command => command HGETALL",
                "NOPERM this user has no permissions to access one of the keys used as arguments => keys not allowed",
                "ERR ACL failure in script: No permissions to access a key => keys not allowed",
                "NOPERM this user has no permissions to access one of the channels used as arguments => channel not allowed",
                "ERR The user executing the script can't publish to the channel mentioned in the command => channel not allowed",
                "ERR ACL failure in script: No permissions to access a channel => channel not allowed",
                "ERR DB index is out of range => no such database",
                "ERR SELECT is not allowed in cluster mode => a cluster has only database 0",
                "ERR This instance has cluster support disabled => it is not a node of a cluster",
                "ERR unknown command 'SENTINEL', with args beginning with: 'x' => it does not know the command",
                "ERR AUTH <password> called without any password configured for the default user => it has no password",
                "NOAUTH HELLO must be called with the client already authenticated => a password is needed",
                "WRONGPASS invalid username-password pair or user is disabled. => wrong user name or password",
            })
    void saysWhatHelps(String text, String expected) {
        assertThat(RedisPortException.ofServerError(text)).hasMessageContaining(expected);
    }
}
