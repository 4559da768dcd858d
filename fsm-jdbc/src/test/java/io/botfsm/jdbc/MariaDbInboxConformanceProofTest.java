package io.botfsm.jdbc;

class MariaDbInboxConformanceProofTest extends ServerInboxConformance {
    MariaDbInboxConformanceProofTest() {
        super(Engine.MARIADB);
    }
}
