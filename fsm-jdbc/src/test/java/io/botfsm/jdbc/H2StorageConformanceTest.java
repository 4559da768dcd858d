package io.botfsm.jdbc;

class H2StorageConformanceTest extends JdbcStorageConformance {
    H2StorageConformanceTest() {
        super(Engine.H2);
    }
}
