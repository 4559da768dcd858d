/** The numbered rules that every Redis port keeps, as JUnit 5 tests to extend. */
module io.botfsm.redis.conformance {
    requires transitive io.botfsm.redis;
    requires transitive org.junit.jupiter.api;
    requires org.assertj.core;
    requires org.junit.platform.commons;
    requires static transitive org.jspecify;

    exports io.botfsm.redis.conformance;

    opens io.botfsm.redis.conformance to
            org.junit.platform.commons;
}
