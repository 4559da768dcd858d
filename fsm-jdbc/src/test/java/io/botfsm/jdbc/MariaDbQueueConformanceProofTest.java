package io.botfsm.jdbc;

class MariaDbQueueConformanceProofTest extends ServerQueueConformance {
    MariaDbQueueConformanceProofTest() {
        super(Engine.MARIADB);
    }
}
