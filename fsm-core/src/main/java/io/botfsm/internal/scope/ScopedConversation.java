package io.botfsm.internal.scope;

import java.util.Map;
import java.util.Optional;

/**
 * A conversation, some of whose data entries belong to scopes: each a name without a colon, which stands before the
 * names of its entries.
 */
public interface ScopedConversation {
    /** What stands before the name of each entry of a scope. */
    static String prefix(String scope) {
        return scope + ":";
    }

    /** The entries of a scope that are properties of {@code type}, as one object; empty if none of them is there. */
    <T> Optional<T> data(String scope, Class<T> type);

    /** An object equal to this one, which shares nothing with it. */
    <T> T copy(T original);

    /** What this library's own parts keep beside the data, as it is now. */
    Map<String, String> attributes();
}
