package io.botfsm.jdbc;

class H2InboxConformanceTest extends JdbcInboxConformance {
    H2InboxConformanceTest() {
        super(Engine.H2);
    }
}
