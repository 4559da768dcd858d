package io.botfsm.jdbc;

class MariaDbCatalogConformanceProofTest extends ServerCatalogConformance {
    MariaDbCatalogConformanceProofTest() {
        super(Engine.MARIADB);
    }
}
