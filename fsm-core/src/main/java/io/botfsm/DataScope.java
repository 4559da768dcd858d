package io.botfsm;

import io.botfsm.internal.scope.ScopedConversation;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

/** The data entries whose names begin with a prefix, and the name under which the version of their type is stored. */
record DataScope(String prefix) {
    private static final int MARK_LENGTH = 8; // bytes

    static DataScope of(String scope) {
        return new DataScope(ScopedConversation.prefix(scope));
    }

    /** Returns the entries of this scope, with the prefix removed from their names. */
    Map<String, String> within(Map<String, String> entries) {
        Map<String, String> own = new LinkedHashMap<>();
        entries.forEach((name, json) -> {
            if (name.startsWith(prefix)) {
                own.put(name.substring(prefix.length()), json);
            }
        });
        return own;
    }

    /** Replaces the entries of this scope in {@code all} by {@code scoped}, whose names have no prefix. */
    void replace(Map<String, String> all, Map<String, String> scoped) {
        all.keySet().removeIf(name -> name.startsWith(prefix) && !scoped.containsKey(name.substring(prefix.length())));
        scoped.forEach((name, json) -> all.put(prefix + name, json));
    }

    /**
     * Returns the name under which the version of a type in this scope is stored: a hash, since scopes and types may
     * have names that are not allowed for attributes.
     */
    String mark(String typeName) {
        try {
            byte[] hash =
                    MessageDigest.getInstance("SHA-256").digest((prefix + typeName).getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash, 0, MARK_LENGTH);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
