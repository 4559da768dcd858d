package io.botfsm.jdbc;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/**
 * Converts texts of any length to binary keys of an index, so that no collation, padding or length limit makes two of
 * them equal. Texts with the same beginning have keys with the same beginning.
 */
final class IndexKey {
    /** With separator and hash, a key stays below the 255 bytes that every database allows. */
    static final int PREFIX_BYTES = 200;

    private IndexKey() {}

    /**
     * Returns the UTF-8 bytes of the text; for a long text its beginning, a zero byte, and the hash of the whole text.
     */
    static byte[] of(String text) {
        byte[] utf8 = text.getBytes(UTF_8);
        if (utf8.length <= PREFIX_BYTES) {
            return utf8;
        }
        byte[] hash = sha256(utf8);
        byte[] key = Arrays.copyOf(utf8, PREFIX_BYTES + 1 + hash.length);
        key[PREFIX_BYTES] = 0;
        System.arraycopy(hash, 0, key, PREFIX_BYTES + 1, hash.length);
        return key;
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
