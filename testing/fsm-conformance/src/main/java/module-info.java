/** The numbered rules that every conversation storage and every lease store keeps, as JUnit 5 tests to extend. */
module io.botfsm.conformance {
    requires transitive io.botfsm.core;
    requires transitive io.botfsm.lock;
    requires transitive io.botfsm.runtime;
    requires transitive org.junit.jupiter.api;
    requires org.assertj.core;
    requires org.junit.platform.commons;
    requires static transitive org.jspecify;

    exports io.botfsm.conformance;

    opens io.botfsm.conformance to
            org.junit.platform.commons;
}
