package io.botfsm.telegrambots;

import static java.util.Objects.requireNonNull;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a bot is known by at Telegram: its id, a colon, and a secret. Its text, as errors and logs would show it, has
 * the id only. Immutable and thread-safe.
 */
public final class BotToken {
    /** The environment variable that usually holds it. */
    public static final String VARIABLE = "TELEGRAM_BOT_TOKEN";

    private static final Pattern FORM = Pattern.compile("(\\d{1,18}):([\\w-]{3,})");
    private static final String MASK = "***";

    private final long botId;
    private final String secret;

    private BotToken(long botId, String secret) {
        this.botId = botId;
        this.secret = secret;
    }

    /**
     * The token of this text.
     *
     * @throws IllegalArgumentException if it is none; the message does not quote it
     */
    public static BotToken of(String text) {
        requireNonNull(text, "text");
        Matcher parts = FORM.matcher(text);
        if (!parts.matches()) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "a bot token is the bot's id, a colon and a secret; this text of %d characters is not",
                    text.length()));
        }
        return new BotToken(Long.parseLong(parts.group(1)), parts.group(2));
    }

    /**
     * The token in the environment variable {@value #VARIABLE}, which other users cannot see as they can see the
     * command line.
     *
     * @throws IllegalArgumentException if the variable is not set or empty, or holds no token
     */
    public static BotToken fromEnvironment() {
        return of(Optional.ofNullable(System.getenv(VARIABLE))
                .filter(text -> !text.isEmpty())
                .orElseThrow(() ->
                        new IllegalArgumentException(VARIABLE + " is not set; set it to the token from @BotFather")));
    }

    /** The bot's own id. */
    public long botId() {
        return botId;
    }

    /** The whole token, for the client that sends replies. */
    public String value() {
        return botId + ":" + secret;
    }

    /** A text without this token's secret. */
    String masked(String text) {
        return text.replace(secret, MASK);
    }

    /** The bot's id; never the secret. */
    @Override
    public String toString() {
        return botId + ":" + MASK;
    }
}
