package io.botfsm.lock.store;

import static java.util.Objects.requireNonNull;

import io.botfsm.lock.internal.text.UnicodeText;

/**
 * Who has a lease, or asks for it. Two claims are the same lease only if both parts are equal. Neither part may hold
 * half of a surrogate pair, which UTF-8 cannot carry.
 *
 * @param token unlike that of any other attempt to acquire, ever; without {@code |}
 * @param holder a description for others, such as host and process; any text
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

    /** Both in one text, as {@link #parse} reads it: {@code token|holder}. */
    public String text() {
        return token + '|' + holder;
    }

    /** The claim that a text holds. One without {@code |}, which this library does not write, is all token. */
    public static Claim parse(String text) {
        requireNonNull(text, "text");
        int bar = text.indexOf('|');
        if (bar > 0) {
            return new Claim(text.substring(0, bar), text.substring(bar + 1));
        }
        return new Claim(text.isEmpty() ? "?" : text.replace('|', '?'), "");
    }
}
