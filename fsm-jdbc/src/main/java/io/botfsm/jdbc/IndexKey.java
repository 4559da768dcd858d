package io.botfsm.jdbc;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/**
 * Texts of any length as binary keys of an index: no collation, no padding, no limit of an index makes two of them one.
 * Those that begin alike have keys that begin alike.
 */
final class IndexKey {
    /** With hash and separator, below the 255 bytes that every database takes. */
    static final int PREFIX_BYTES = 200;

    private IndexKey() {}

    /** The UTF-8 of the text; of a long one the beginning, a zero byte, and the hash of all. */
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
