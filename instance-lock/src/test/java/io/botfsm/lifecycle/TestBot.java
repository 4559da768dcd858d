package io.botfsm.lifecycle;

import io.botfsm.lifecycle.BotRunner.Bot;
import io.botfsm.lock.Lease;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/** A bot that records the calls that it receives, and does what a test wants. */
class TestBot implements Bot {
    final Lease lease;
    final CompletableFuture<String> end = new CompletableFuture<>();
    volatile AutoCloseable whenStopped = () -> {};
    volatile AutoCloseable whenDrained = () -> {};
    private final Consumer<String> journal;

    TestBot(Lease lease, Consumer<String> journal) {
        this.lease = lease;
        this.journal = journal;
        say("start");
    }

    private void say(String what) {
        journal.accept(what + " " + lease.fencingToken() + (lease.isHeld() ? "" : ", lost"));
    }

    @Override
    public void stopPolling() throws Exception {
        say("stop polling");
        whenStopped.close();
    }

    @Override
    public void drain(Duration limit) throws Exception {
        say("drain");
        whenDrained.close();
    }

    @Override
    public CompletionStage<?> ended() {
        return end;
    }
}
