package io.botfsm.isolation;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.storage.StorageKey;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import org.junit.jupiter.api.Test;

/** If no thread can be started, losses are still reported, and no handler disappears. */
class NoMemoryForThreadsTest {
    @Test
    void everyActionHearsOfTheLoss() {
        HandlerLease lease = new HandlerLease(InProcessPermit.INSTANCE, task -> {
            throw new OutOfMemoryError("unable to create native thread");
        });
        List<String> heard = new ArrayList<>();
        lease.onLost(() -> heard.add("first"));
        lease.onLost(() -> {
            throw new IllegalStateException("on purpose");
        });
        lease.onLost(() -> heard.add("third"));
        lease.lose();
        assertThat(heard).containsExactly("first", "third");
    }

    @Test
    void aHandlerThatNoThreadCanTakeIsRejected() {
        IsolationThreads threads = new IsolationThreads(1);
        ((ExecutorService) threads.handlers()).shutdown();
        List<QueuedHandler<?>> served = new ArrayList<>();
        List<QueuedHandler<?>> rejected = new ArrayList<>();
        HandlerDispatcher dispatcher =
                new HandlerDispatcher(threads, Runnable::run, served::add, (handler, why) -> rejected.add(handler));
        QueuedHandler<String> next =
                new QueuedHandler<>(StorageKey.bot(1).chat(2).user(3).build(), lease -> "done", Runnable::run);

        dispatcher.passTo(next);

        assertThat(served).isEmpty();
        assertThat(rejected).containsExactly(next);
    }
}
