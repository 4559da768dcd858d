/** The numbered rules of storages, lease stores, locks and event isolations, as JUnit 5 tests to extend. */
module io.botfsm.conformance {
    requires transitive io.botfsm.core;
    requires transitive io.botfsm.lock;
    requires transitive io.botfsm.runtime;
    requires transitive org.junit.jupiter.api;
    requires org.assertj.core;
    requires org.junit.platform.commons;
    requires static transitive org.jspecify;

    exports io.botfsm.conformance;
    exports io.botfsm.conformance.isolation;
    exports io.botfsm.conformance.lease;
    exports io.botfsm.conformance.lock;
    exports io.botfsm.conformance.storage;

    opens io.botfsm.conformance to
            org.junit.platform.commons;
    opens io.botfsm.conformance.internal to
            org.junit.platform.commons;
    opens io.botfsm.conformance.isolation to
            org.junit.platform.commons;
    opens io.botfsm.conformance.lease to
            org.junit.platform.commons;
    opens io.botfsm.conformance.lock to
            org.junit.platform.commons;
    opens io.botfsm.conformance.storage to
            org.junit.platform.commons;
}
