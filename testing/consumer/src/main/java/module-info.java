module consumer {
    requires io.botfsm.flow;
    requires io.botfsm.jdbc;
    requires io.botfsm.redis.lettuce;

    exports consumer;
    opens consumer to
            com.fasterxml.jackson.databind;
}
