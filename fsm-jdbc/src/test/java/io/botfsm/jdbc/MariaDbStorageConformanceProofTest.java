package io.botfsm.jdbc;

class MariaDbStorageConformanceProofTest extends ServerStorageConformance {
    MariaDbStorageConformanceProofTest() {
        super(Engine.MARIADB);
    }
}
