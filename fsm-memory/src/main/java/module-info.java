/** Conversation storage in process memory, for tests and small bots. */
module io.botfsm.memory {
    requires transitive io.botfsm.core;
    requires com.github.benmanes.caffeine;
    requires static org.jspecify;

    exports io.botfsm.memory;
}
