package io.botfsm.jdbc;

class MariaDbLeaseConformanceProofTest extends ServerLeaseConformance {
    MariaDbLeaseConformanceProofTest() {
        super(Engine.MARIADB);
    }
}
