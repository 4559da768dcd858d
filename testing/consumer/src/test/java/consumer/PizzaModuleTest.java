package consumer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.botfsm.storage.StorageUnavailableException;
import org.junit.jupiter.api.Test;

/** Also on the module path. */
class PizzaModuleTest {
    @Test
    void redisIsAsked() {
        assertThrows(StorageUnavailableException.class, () -> Pizza.redis("redis://127.0.0.1:1"));
    }

    @Test
    void runsAsTheModuleItIsMeantToBe() {
        assertEquals(System.getProperty("consumer.module"), Pizza.class.getModule().getName());
    }
}
