package io.botfsm.jdbc;

class MariaDbEngineTest extends EngineTest {
    MariaDbEngineTest() {
        super(Engine.MARIADB);
    }

    @Override
    void whileNotDurable(Runnable test) {
        String any = engine.url(engine.newDatabase());
        Engine.execute(any, "SET GLOBAL innodb_flush_log_at_trx_commit = 2");
        try {
            test.run();
        } finally {
            Engine.execute(any, "SET GLOBAL innodb_flush_log_at_trx_commit = 1");
        }
    }
}
