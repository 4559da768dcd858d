/**
 * The parts between a stream of updates and the storage: event isolation, recovery from a second source, firing of
 * deadlines, health checks, and maintenance of stored conversations.
 */
module io.botfsm.runtime {
    requires transitive io.botfsm.core;
    requires transitive io.botfsm.lock;
    requires com.github.benmanes.caffeine;
    requires org.slf4j;
    requires static transitive org.jspecify;

    exports io.botfsm.catalog;
    exports io.botfsm.isolation;
    exports io.botfsm.monitoring;
    exports io.botfsm.recovery;
    exports io.botfsm.timeout;
}
