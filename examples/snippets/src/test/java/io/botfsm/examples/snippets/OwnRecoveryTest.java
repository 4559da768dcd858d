package io.botfsm.examples.snippets;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.Fsm;
import io.botfsm.Handled;
import io.botfsm.memory.MemoryStateStorage;
import io.botfsm.recovery.RecoveringStateStorage;
import io.botfsm.recovery.StateRecovery;
import io.botfsm.storage.EventId;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OwnRecoveryTest {
    private static final StorageKey KEY = StorageKey.bot(1).chat(2).user(3).build();

    private final Map<StorageKey, OwnRecovery.Row> table = new ConcurrentHashMap<>();
    private final OwnRecovery database = new OwnRecovery(table);
    private final ExecutorService threads =
            new ThreadPoolExecutor(4, 4, 0, TimeUnit.SECONDS, new ArrayBlockingQueue<>(1_000));

    @AfterEach
    void stop() {
        threads.shutdown();
    }

    private static RecoveringStateStorage recovering(
            StateStorage storage, OwnRecovery database, ExecutorService threads) {
        // snippet: recovery-build
        StateRecovery source = StateRecovery.blocking(database, threads, Duration.ofSeconds(2));
        RecoveringStateStorage recovering = RecoveringStateStorage.builder(storage, source)
                .onFailure(RecoveringStateStorage.OnFailure.FAIL) // the default
                .negativeCache(10_000, Duration.ofSeconds(10)) // the default
                .build();
        // end
        return recovering;
    }

    // snippet: recovery-save
    static String handle(Fsm fsm, OwnRecovery database, StorageKey key, long updateId, String text) {
        Handled<String> handled = fsm.handle(
                key,
                EventId.of(updateId),
                turn -> turn.put("name", text).state("AGE").state().orElseThrow());
        database.save(key, handled.now().snapshot(), updateId); // of a repeated update too
        return handled.orElse(now -> now.state().orElse("(none)"));
    }
    // end

    @Test
    void whatTheStorageHasForgottenComesBackUnlessItWasCleared() {
        handle(Fsm.of(recovering(new MemoryStateStorage(), database, threads)), database, KEY, 1, "Alice");

        RecoveringStateStorage recovering = recovering(new MemoryStateStorage(), database, threads);
        Fsm fsm = Fsm.of(recovering);
        assertThat(fsm.context(KEY).state()).hasValue("AGE");
        assertThat(fsm.context(KEY).value("name", String.class)).hasValue("Alice");
        assertThat(handle(fsm, database, KEY, 1, "Alice")).isEqualTo("AGE");
        assertThat(recovering.counts().restores()).isOne();

        fsm.context(KEY).clear();
        fsm = Fsm.of(recovering(new MemoryStateStorage(), database, threads));
        assertThat(fsm.context(KEY).state()).isEmpty();
    }

    record Person(String fullName) {}

    @Test
    void recoveredDataIsOfTheVersionInWhichItWasSaved() {
        StateStorage first = recovering(new MemoryStateStorage(), database, threads);
        Handled<Boolean> handled = second(first).handle(KEY, EventId.of(1), turn -> {
            turn.data(new Person("Ada"));
            return true;
        });
        database.save(KEY, handled.now().snapshot(), 1);

        Fsm fsm = second(recovering(new MemoryStateStorage(), database, threads));
        assertThat(fsm.context(KEY).data(Person.class)).hasValue(new Person("Ada"));
    }

    private static Fsm second(StateStorage storage) {
        return Fsm.builder(storage)
                .data(Person.class, d -> d.version(2).from(1, former -> former.put("fullName", "of version 1")))
                .build();
    }
}
