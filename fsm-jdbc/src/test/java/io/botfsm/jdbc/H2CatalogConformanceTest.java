package io.botfsm.jdbc;

class H2CatalogConformanceTest extends JdbcCatalogConformance {
    H2CatalogConformanceTest() {
        super(Engine.H2);
    }
}
