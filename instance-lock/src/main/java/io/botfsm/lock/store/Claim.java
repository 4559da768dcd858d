package io.botfsm.lock.store;

import static java.util.Objects.requireNonNull;

import io.botfsm.lock.internal.text.UnicodeText;

/**
 * Identifies who holds a lease or asks for it. Two claims stand for the same lease only if both parts are equal.
 * Neither part may contain an unpaired surrogate, which UTF-8 cannot encode.
 *
 * @param token unique among all attempts to acquire, ever; without {@code |}
 * @param holder a description for other instances, such as host and process; any text
 */
public record Claim(String token, String holder) {
    /**
     * @throws IllegalArgumentException if the token is empty or has a {@code |}, or a part has an unpaired surrogate
     */
    public Claim {
        requireNonNull(token, "token");
        requireNonNull(holder, "holder");
        if (token.isEmpty() || token.indexOf('|') >= 0) {
            throw new IllegalArgumentException(
                    "token of a claim must not be empty or contain '|': " + UnicodeText.field(token));
        }
        UnicodeText.require("token of a claim", token);
        UnicodeText.require("holder of a claim", holder);
    }

    /** Returns both parts in one text, {@code token|holder}, which {@link #parse} reads. */
    public String text() {
        return token + '|' + holder;
    }

    /**
     * Parses the text of a claim. A text without {@code |}, which this library does not write, is treated as a token.
     */
    public static Claim parse(String text) {
        requireNonNull(text, "text");
        int bar = text.indexOf('|');
        if (bar > 0) {
            return new Claim(text.substring(0, bar), text.substring(bar + 1));
        }
        return new Claim(text.isEmpty() ? "?" : text.replace('|', '?'), "");
    }
}
