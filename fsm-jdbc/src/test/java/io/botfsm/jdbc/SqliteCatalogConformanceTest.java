package io.botfsm.jdbc;

class SqliteCatalogConformanceTest extends JdbcCatalogConformance {
    SqliteCatalogConformanceTest() {
        super(Engine.SQLITE);
    }
}
