/** Micrometer meters and observations of a bot and its parts. */
module io.botfsm.micrometer {
    requires transitive io.botfsm.core;
    requires transitive micrometer.core;
    requires transitive micrometer.observation;
    requires org.slf4j;
    requires static transitive io.botfsm.flow;
    requires static transitive io.botfsm.lock;
    requires static transitive io.botfsm.runtime;
    requires static org.jspecify;

    exports io.botfsm.micrometer;
}
