package io.botfsm.jdbc;

import io.botfsm.storage.FsmException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waits for answers, with a timeout. */
final class Await {
    private static final int SECONDS = 60;

    private Await() {}

    static <T> T answer(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().get(SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new AssertionError(e.getCause());
        } catch (InterruptedException | TimeoutException e) {
            throw new AssertionError("no answer", e);
        }
    }

    static FsmException failure(CompletionStage<?> stage) {
        Object answer;
        try {
            answer = answer(stage);
        } catch (FsmException e) {
            return e;
        }
        throw new AssertionError("it did not fail: " + answer);
    }
}
