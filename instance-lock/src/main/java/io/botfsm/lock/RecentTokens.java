package io.botfsm.lock;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * The tokens of the latest claims that were given up, of which the store may still keep some. What has been forgotten here
 * expires there by itself. Thread-safe.
 */
final class RecentTokens {
    private static final int MOST = 256;

    private final Set<String> tokens = Collections.synchronizedSet(Collections.newSetFromMap(new Latest()));

    void add(String token) {
        tokens.add(token);
    }

    boolean contains(String token) {
        return tokens.contains(token);
    }

    private static final class Latest extends LinkedHashMap<String, Boolean> {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
            return size() > MOST;
        }
    }
}
