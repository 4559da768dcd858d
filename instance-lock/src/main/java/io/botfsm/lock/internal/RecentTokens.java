package io.botfsm.lock.internal;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * The tokens of the most recently given-up claims, some of which the store may still keep. A claim whose token is
 * dropped here expires in the store by itself. Thread-safe.
 */
final class RecentTokens {
    private final Set<String> tokens;

    /** @param most how many are kept */
    RecentTokens(int most) {
        this.tokens = Collections.synchronizedSet(Collections.newSetFromMap(new Latest(most)));
    }

    void add(String token) {
        tokens.add(token);
    }

    void remove(String token) {
        tokens.remove(token);
    }

    boolean contains(String token) {
        return tokens.contains(token);
    }

    private static final class Latest extends LinkedHashMap<String, Boolean> {
        private static final long serialVersionUID = 1;
        private final int most;

        Latest(int most) {
            this.most = most;
        }

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
            return size() > most;
        }
    }
}
