package io.botfsm.redis.spi;

import io.botfsm.redis.spi.RedisUri.Node;
import io.botfsm.storage.FsmException;
import io.botfsm.storage.StorageRefusedException;
import io.botfsm.storage.StorageUnavailableException;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Thrown for a command that failed, with its outcome. The message contains at most the server's error code, the name of
 * a command, or the reason why its certificate is not trusted; it never contains keys, values or credentials, which the
 * server's own texts may quote.
 */
@SuppressWarnings("serial") // thrown, caught and logged, never sent over a wire
public final class RedisPortException extends RuntimeException {
    /** What is known of a command that failed. */
    public enum CommandOutcome {
        /** The server does not know the script; nothing was executed. */
        NO_SCRIPT,
        /** The server responded with an error instead of executing the command. */
        REFUSED,
        /** The command was not sent, and will not be. */
        NOT_SENT,
        /** The command may have been executed, in part or whole, or may still be, at most once. */
        OUTCOME_UNKNOWN,
        /** The port is closed; the command was not sent. */
        CLOSED
    }

    /**
     * The redirection of a command by a node of a cluster that does not execute it.
     *
     * @param node the target node; its host is empty if it is that of the responding node
     * @param onlyThisTime whether only this command is redirected, after {@code ASKING}, since the slot is being moved
     */
    public record Redirection(Node node, boolean onlyThisTime) {
        private static final Pattern FORM = Pattern.compile("-?(MOVED|ASK) \\d{1,5} (\\S*):(\\d{1,5})");

        private static Optional<Redirection> of(String error) {
            Matcher form = FORM.matcher(error.strip());
            return form.matches()
                    ? Optional.of(new Redirection(
                            new Node(form.group(2), Integer.parseInt(form.group(3))),
                            form.group(1).equals("ASK")))
                    : Optional.empty();
        }
    }

    /**
     * Redis raises these inside a script only in place of its first write, and lets a script that has written go on
     * ({@code scriptVerifyWriteCommandAllow} and its out-of-memory check); so they too mean that nothing was written.
     */
    private static final Set<String> BEFORE_FIRST_WRITE = Set.of("READONLY", "OOM", "MISCONF", "NOREPLICAS");

    private static final Set<String> TRANSIENT = Set.of(
            "LOADING", "BUSY", "READONLY", "OOM", "MASTERDOWN", "CLUSTERDOWN", "TRYAGAIN", "MISCONF", "NOREPLICAS");

    /** Errors about the credentials of a connection, whatever the command. */
    private static final Set<String> OF_CREDENTIALS = Set.of("NOAUTH", "WRONGPASS");

    private static final String TOO_MANY_CLIENTS = "max number of clients reached";

    /** The texts of a missing permission inside a script: that of 7.0 and earlier, and that of later servers. */
    private static final Pattern NO_RIGHT_IN_SCRIPT =
            Pattern.compile("The user executing the script can't|ACL failure in script");

    private static final Pattern CODE = Pattern.compile("^-?([A-Z][A-Z0-9]*)(?: |$)");

    /** What 6.2 puts before the error of a command inside a script. */
    private static final Pattern SCRIPT_ERROR_6 =
            Pattern.compile("^ERR Error running script.*@user_script: ?\\d+: (.*)$");

    /** What 7.0 and later put behind it. */
    private static final Pattern SCRIPT_ERROR_7 =
            Pattern.compile("^(.*?)\\.? script: [0-9a-f]{40}, on @user_script:\\d+\\.?$");

    /** Names of commands are the only part of the server's text that is quoted. */
    private static final Pattern COMMAND = Pattern.compile("to run the '([a-zA-Z]+(?:[|][a-zA-Z]+)?)' command");

    private static final Pattern KEYS =
            Pattern.compile("access (?:one of the keys|at least one of the keys|a key|the '.*' key)");

    private static final Pattern CHANNELS =
            Pattern.compile("access (?:one of the channels|a channel|the '.*' channel)|publish to the channel");

    private static final String UNKNOWN_COMMAND = "it does not know the command";

    /** The meanings of texts that have no code of their own. */
    private static final Map<String, String> PHRASES = Map.of(
            "DB index is out of range", "no such database",
            "cluster support disabled", "it is not a node of a cluster",
            "unknown command", UNKNOWN_COMMAND,
            "not allowed in cluster mode", "a cluster has only database 0",
            "without any password configured", "it has no password, but one was given");

    private static final String SENTINEL_SETTING = " (sentinelPassword in the URI, or REDIS_FSM_SENTINEL_PASSWORD)";

    /** By the code that a Sentinel answered. */
    private static final Map<String, String> SENTINEL_REMEDIES = Map.of(
            "NOAUTH", ": set the password of the Sentinels" + SENTINEL_SETTING,
            "WRONGPASS", ": correct the password of the Sentinels" + SENTINEL_SETTING,
            "NOPERM", ": its user needs +sentinel|get-master-addr-by-name");

    private static final Map<String, String> MEANINGS = Map.of(
            "LOADING", "it is still loading its data",
            "BUSY", "a script takes too long",
            "READONLY", "it is a read-only replica",
            "OOM", "it has no memory left",
            "MISCONF", "it cannot save its data",
            "NOREPLICAS", "it has too few replicas",
            "MOVED", "it is a node of a cluster",
            "NOAUTH", "a password is needed",
            "WRONGPASS", "wrong user name or password",
            "WRONGTYPE", "the key holds a value of another type");

    private final CommandOutcome kind;
    private final String code;
    private final boolean lasting;
    private final Optional<Redirection> redirection;

    private RedisPortException(
            CommandOutcome kind, String code, boolean lasting, String message, @Nullable Throwable cause) {
        this(kind, code, lasting, message, cause, Optional.empty());
    }

    private RedisPortException(
            CommandOutcome kind,
            String code,
            boolean lasting,
            String message,
            @Nullable Throwable cause,
            Optional<Redirection> redirection) {
        super(message, cause);
        this.kind = kind;
        this.code = code;
        this.lasting = lasting;
        this.redirection = redirection;
    }

    /**
     * Creates the exception for a command that was not sent and never will be. It is lasting if the server's
     * certificate is not trusted.
     *
     * @param cause the client's exception, if there is one
     */
    public static RedisPortException notSent(@Nullable Throwable cause) {
        Optional<String> certificateProblem = certificateProblem(cause);
        String why = certificateProblem
                .map("the server's certificate is not trusted: "::concat)
                .orElse("no connection to Redis");
        return new RedisPortException(
                CommandOutcome.NOT_SENT, "", certificateProblem.isPresent(), "not sent: " + why, cause);
    }

    /**
     * Creates the exception for a command that was not sent because no connection could be opened. It has the code and
     * the meaning of the response of the server or Sentinel, if there was one.
     *
     * @param failure what opening the connection failed with
     */
    public static RedisPortException notConnected(Throwable failure) {
        RedisPortException why = known(failure).orElseGet(() -> notSent(failure));
        return why.kind == CommandOutcome.NOT_SENT || why.kind == CommandOutcome.CLOSED
                ? why
                : new RedisPortException(
                        CommandOutcome.NOT_SENT, why.code, why.lasting, "not sent: " + why.getMessage(), why);
    }

    /**
     * Creates the exception for a command that was not sent because a Sentinel did not report the master.
     *
     * @param sentinel the Sentinel
     * @param failure the failure of the query for the master
     */
    static RedisPortException ofSentinel(Node sentinel, Throwable failure) {
        RedisPortException why = notConnected(failure);
        String said = why.reason();
        String remedy = said.endsWith(UNKNOWN_COMMAND)
                ? ": it is not a Sentinel; their port is " + RedisUri.DEFAULT_SENTINEL_PORT
                        + " unless configured otherwise"
                : SENTINEL_REMEDIES.getOrDefault(why.code, "");
        String message = String.format(Locale.ROOT, "not sent: Sentinel %s: %s%s", sentinel, said, remedy);
        return new RedisPortException(CommandOutcome.NOT_SENT, why.code, why.lasting, message, why);
    }

    /** Returns the message without its leading {@code not sent: }. */
    private String reason() {
        return String.valueOf(getMessage()).replaceFirst("^not sent: ", "");
    }

    /** Creates the exception for a command that was not sent because too few Sentinels agree on the master. */
    static RedisPortException noMajority(String master, String votes, Optional<RedisPortException> failure) {
        String message = String.format(
                Locale.ROOT,
                "not sent: no majority of the Sentinels says where %s is: %s%s",
                master,
                votes,
                failure.map(why -> "; " + why.reason()).orElse(""));
        return new RedisPortException(CommandOutcome.NOT_SENT, "", false, message, failure.orElse(null));
    }

    /** Returns the same failure as one that is not lasting. */
    RedisPortException passing() {
        return new RedisPortException(kind, code, false, String.valueOf(getMessage()), getCause(), redirection);
    }

    /** Creates the exception for a master that a Sentinel does not know. */
    static RedisPortException unknownMaster(String name) {
        return new RedisPortException(CommandOutcome.NOT_SENT, "", false, "it does not know the master " + name, null);
    }

    /** Returns the outermost {@code RedisPortException} among a failure and its causes. */
    public static Optional<RedisPortException> known(@Nullable Throwable failure) {
        Optional<RedisPortException> known = Optional.empty();
        for (Throwable cause = failure; cause != null && known.isEmpty(); cause = cause.getCause()) {
            known = cause instanceof RedisPortException port ? Optional.of(port) : known;
        }
        return known;
    }

    /**
     * Returns why a certificate is not trusted, if that is the cause. The message of the innermost exception is the
     * most concise.
     */
    private static Optional<String> certificateProblem(@Nullable Throwable failure) {
        boolean ofCertificate = false;
        String innermost = "";
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            ofCertificate |= cause instanceof CertificateException;
            innermost = String.valueOf(cause.getMessage());
        }
        return ofCertificate ? Optional.of(innermost) : Optional.empty();
    }

    /**
     * Creates the exception for a command that was sent, or may have been, and whose reply was not received or could
     * not be read.
     *
     * @param cause the client's exception, if there is one
     */
    public static RedisPortException outcomeUnknown(@Nullable Throwable cause) {
        return new RedisPortException(
                CommandOutcome.OUTCOME_UNKNOWN, "", false, "sent, but no reply from Redis", cause);
    }

    /** Creates the exception for a command on a closed port. */
    public static RedisPortException closed() {
        return new RedisPortException(CommandOutcome.CLOSED, "", false, "the connection to Redis is closed", null);
    }

    /**
     * Creates the exception for a command to which the server responded with an error. This is the only place that
     * interprets such texts.
     *
     * @param text the server's text, with or without the leading {@code -}
     */
    public static RedisPortException ofServerError(String text) {
        Matcher six = SCRIPT_ERROR_6.matcher(text);
        Matcher seven = SCRIPT_ERROR_7.matcher(text);
        boolean inScript = text.contains("@user_script");
        String error = six.matches() ? six.group(1) : seven.matches() ? seven.group(1) : text;
        String code = code(error);
        CommandOutcome kind = kind(code, inScript);
        boolean lasting =
                kind != CommandOutcome.NO_SCRIPT && !TRANSIENT.contains(code) && !error.contains(TOO_MANY_CLIENTS);
        return new RedisPortException(kind, code, lasting, message(code, error, inScript), null, Redirection.of(text));
    }

    private static String code(String error) {
        if (NO_RIGHT_IN_SCRIPT.matcher(error).find()) {
            return "NOPERM"; // these texts begin with ERR
        }
        Matcher first = CODE.matcher(error);
        return first.find() ? first.group(1) : "ERR";
    }

    private static CommandOutcome kind(String code, boolean inScript) {
        if (code.equals("NOSCRIPT") && !inScript) {
            return CommandOutcome.NO_SCRIPT;
        }
        return inScript && !BEFORE_FIRST_WRITE.contains(code) ? CommandOutcome.OUTCOME_UNKNOWN : CommandOutcome.REFUSED;
    }

    private static String message(String code, String error, boolean inScript) {
        return "Redis answered " + code + (inScript ? " inside the script" : "") + detail(code, error);
    }

    private static String detail(String code, String error) {
        Matcher command = COMMAND.matcher(error);
        if (command.find()) {
            return ", command " + command.group(1).toUpperCase(Locale.ROOT).replace('|', ' ');
        }
        if (KEYS.matcher(error).find()) {
            return ", keys not allowed";
        }
        if (CHANNELS.matcher(error).find()) {
            return ", channel not allowed";
        }
        for (Map.Entry<String, String> phrase : PHRASES.entrySet()) {
            if (error.contains(phrase.getKey())) {
                return ", " + phrase.getValue();
            }
        }
        return MEANINGS.containsKey(code) ? ", " + MEANINGS.get(code) : "";
    }

    /**
     * Converts this exception to that of a failed connect.
     *
     * @param server its name for errors, without credentials
     * @param timeout how long connecting was allowed to take
     */
    public FsmException whileConnecting(String server, Duration timeout) {
        String message = server + ": cannot connect: " + getMessage();
        return lasting
                ? new StorageRefusedException(message, this)
                : new StorageUnavailableException(message, timeout, this);
    }

    /** Returns the outcome of the command. */
    public CommandOutcome kind() {
        return kind;
    }

    /** Returns the server's error code, such as {@code NOPERM}; empty if the server did not respond. */
    public String code() {
        return code;
    }

    /** Returns the redirection by a node of a cluster that did not execute the command, if any. */
    public Optional<Redirection> redirection() {
        return redirection;
    }

    /**
     * Returns whether the same command will be refused again until someone changes the configuration, according to the
     * server's response or the TLS check. This applies to a first connect.
     */
    public boolean isLasting() {
        return lasting;
    }

    /**
     * Returns the same for a client that was connected before. Whatever then prevents a connection, including
     * credentials and certificates, is treated as an outage, since the same configuration has worked: the change on the
     * server may be reverted. Only a command that reached a server and was refused there will be refused again.
     */
    public boolean isLastingOnceConnected() {
        return lasting && kind != CommandOutcome.NOT_SENT && !OF_CREDENTIALS.contains(code);
    }
}
