package io.botfsm;

import io.botfsm.storage.Snapshot;

/** The types of one bot: its states by name, and how its data is written. */
record Vocabulary(StateRegistry states, JsonCodec codec) {
    /** What a snapshot says in these types. */
    Conversation conversation(StorageKey key, Snapshot snapshot) {
        return new ConversationView.Read(key, this, snapshot);
    }
}
