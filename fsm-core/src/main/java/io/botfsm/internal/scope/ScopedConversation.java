package io.botfsm.internal.scope;

import java.util.Map;
import java.util.Optional;

/**
 * A conversation some of whose data entries belong to scopes. A scope is a name without a colon, from which the prefix
 * of the names of its entries is formed.
 */
public interface ScopedConversation {
    /** Returns the prefix of the name of each entry of a scope. */
    static String prefix(String scope) {
        return scope + ":";
    }

    /**
     * Returns the entries of a scope that are properties of {@code type}, as one object; empty if none of them is
     * present.
     */
    <T> Optional<T> data(String scope, Class<T> type);

    /** Returns an object that is equal to the original and shares nothing with it. */
    <T> T copy(T original);

    /** Returns the current attributes, which components of this library store separately from the data. */
    Map<String, String> attributes();
}
