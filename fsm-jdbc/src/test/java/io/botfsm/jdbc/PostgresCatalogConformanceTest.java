package io.botfsm.jdbc;

class PostgresCatalogConformanceTest extends ServerCatalogConformance {
    PostgresCatalogConformanceTest() {
        super(Engine.POSTGRESQL);
    }
}
