package io.botfsm.redis.internal;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** A Lua script, one file for each operation. Immutable. */
public final class Script {
    private final byte[] text;
    private final String sha;

    private Script(byte[] text) {
        this.text = text;
        this.sha = sha1(text);
    }

    /**
     * Reads a script.
     *
     * @param file the file, opened by the module that runs the script, since no other may open it; null if it is
     *     missing
     */
    public static Script read(@Nullable InputStream file) {
        try (file) {
            return new Script(
                    requireNonNull(file, "a script is missing from the jar").readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Returns the SHA-1 in hexadecimal digits. Redis names scripts by it, and scripts can compute it too; nothing
     * secret depends on it.
     */
    public static String sha1(byte[]... parts) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-1");
            for (byte[] part : parts) {
                digest.update(part);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every Java platform has it
        }
    }

    /** Returns a copy of the text, since ports may be foreign code. */
    public byte[] text() {
        return text.clone();
    }

    /** Returns the SHA-1 by which Redis names the script, in hexadecimal digits. */
    public String sha() {
        return sha;
    }
}
