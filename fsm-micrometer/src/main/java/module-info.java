/** Micrometer meters of turns, storage, transitions, the instance lock, isolation and recovery. */
module io.botfsm.micrometer {
    requires transitive io.botfsm.core;
    requires transitive micrometer.core;
    requires org.slf4j;
    requires static transitive io.botfsm.lock;
    requires static transitive io.botfsm.runtime;
    requires static org.jspecify;

    exports io.botfsm.micrometer;
}
