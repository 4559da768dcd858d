package io.botfsm.telegrambots;

import static java.util.Objects.requireNonNull;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The token of a Telegram bot: the bot's id, a colon, and a secret. {@link #toString} returns only the id, so that
 * errors and logs do not contain the secret. Immutable and thread-safe.
 */
public final class BotToken {
    /** The environment variable that usually contains the token. */
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
     * Parses a token.
     *
     * @throws IllegalArgumentException if the text is not a token; the message does not quote it
     */
    public static BotToken of(String text) {
        requireNonNull(text, "text");
        if (text.isBlank()) {
            throw new IllegalArgumentException("the bot token is empty");
        }
        Matcher parts = FORM.matcher(text);
        if (!parts.matches()) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "a bot token is the bot's id, a colon and a secret; this text of %d characters is not a token",
                    text.length()));
        }
        return new BotToken(Long.parseLong(parts.group(1)), parts.group(2));
    }

    /**
     * Returns the token in the environment variable {@value #VARIABLE}. Unlike the command line, it is not visible to
     * other users.
     *
     * @throws IllegalArgumentException if the variable is not set, is empty, or does not contain a token
     */
    public static BotToken fromEnvironment() {
        return of(Optional.ofNullable(System.getenv(VARIABLE))
                .filter(text -> !text.isEmpty())
                .orElseThrow(() ->
                        new IllegalArgumentException(VARIABLE + " is not set; set it to the token from @BotFather")));
    }

    /** Returns the bot's id. */
    public long botId() {
        return botId;
    }

    /** Returns the whole token, for the client that sends replies. */
    public String value() {
        return botId + ":" + secret;
    }

    /** Returns a text with this token's secret removed. */
    String masked(String text) {
        return text.replace(secret, MASK);
    }

    /** Returns the bot's id; never the secret. */
    @Override
    public String toString() {
        return botId + ":" + MASK;
    }
}
