package io.botfsm.jdbc;

import io.botfsm.storage.StorageKey;
import io.botfsm.storage.StoredConversation;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The most recently seen rows, so that a write that expects the version just read need not read the row again. They are
 * only a hint: the statement itself checks the version. At most a few thousand, and no large ones. Thread-safe.
 */
final class RememberedRows {
    private static final int MOST = 4_096;
    private static final int MOST_CHARACTERS = 4_096;

    private final Map<StorageKey, StoredConversation> rows =
            Collections.synchronizedMap(new LinkedHashMap<>(64, 0.75f, true) {
                private static final long serialVersionUID = 1;

                @Override
                protected boolean removeEldestEntry(Map.Entry<StorageKey, StoredConversation> eldest) {
                    return size() > MOST;
                }
            });

    void remember(StorageKey key, StoredConversation conversation) {
        if (conversation.isGone() || isLarge(conversation)) {
            rows.remove(key);
        } else {
            rows.put(key, conversation);
        }
    }

    private static boolean isLarge(StoredConversation conversation) {
        long characters = conversation.state().map(String::length).orElse(0);
        for (Map<String, String> entries : List.of(conversation.data(), conversation.attributes())) {
            for (Map.Entry<String, String> entry : entries.entrySet()) {
                characters += entry.getKey().length() + entry.getValue().length();
            }
        }
        return characters > MOST_CHARACTERS;
    }

    Optional<StoredConversation> ofVersion(StorageKey key, long version) {
        return Optional.ofNullable(rows.get(key)).filter(row -> row.version() == version);
    }

    void forget(StorageKey key) {
        rows.remove(key);
    }
}
