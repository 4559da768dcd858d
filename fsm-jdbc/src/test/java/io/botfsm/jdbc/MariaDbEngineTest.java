package io.botfsm.jdbc;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class MariaDbEngineTest extends EngineTest {
    MariaDbEngineTest() {
        super(Engine.MARIADB);
    }

    @BeforeAll
    void waitForTheDisk() {
        flush(1);
    }

    @AfterAll
    void waitForItNoMore() {
        flush(0);
    }

    @Override
    void whileNotDurable(Runnable test) {
        flush(2);
        try {
            test.run();
        } finally {
            flush(1);
        }
    }

    private void flush(int mode) {
        Engine.execute(engine.url(engine.newDatabase()), "SET GLOBAL innodb_flush_log_at_trx_commit = " + mode);
    }
}
