/**
 * Persistent conversation state for chat bots: the facade {@link io.botfsm.Fsm} for those who write bots, and the
 * storage contract {@link io.botfsm.storage.StateStorage} for those who write backends and decorators.
 */
@SuppressWarnings("module") // the modules in qualified exports are built after this one
module io.botfsm.core {
    requires transitive com.fasterxml.jackson.databind;
    requires com.fasterxml.jackson.datatype.jsr310;
    requires transitive org.slf4j;
    requires static transitive org.jspecify;

    exports io.botfsm;
    exports io.botfsm.internal.data to
            io.botfsm.json.jackson3;
    exports io.botfsm.internal.guard to
            io.botfsm.jdbc,
            io.botfsm.micrometer,
            io.botfsm.runtime;
    exports io.botfsm.internal.scope to
            io.botfsm.flow;
    exports io.botfsm.internal.state to
            io.botfsm.flow;
    exports io.botfsm.internal.text to
            io.botfsm.cli,
            io.botfsm.flow,
            io.botfsm.jdbc,
            io.botfsm.json.jackson3,
            io.botfsm.memory,
            io.botfsm.redis,
            io.botfsm.redis.aiogram,
            io.botfsm.runtime,
            io.botfsm.telegrambots;
    exports io.botfsm.json;
    exports io.botfsm.storage;
    exports io.botfsm.storage.catalog;
    exports io.botfsm.storage.deadline;
    exports io.botfsm.storage.inbox;
    exports io.botfsm.transition;
}
