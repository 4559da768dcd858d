package io.botfsm.isolation;

import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The permit within one process, where the turn alone is sufficient. */
enum InProcessPermit implements ConversationPermit {
    INSTANCE;

    @Override
    public boolean isHeld() {
        return true;
    }

    @Override
    public OptionalLong fencingToken() {
        return OptionalLong.empty();
    }

    @Override
    public void serve(HandlerLease handler) {
        // nothing is ever lost
    }

    @Override
    public void fenced(long highestSeen) {
        // it has no token
    }

    @Override
    public boolean mayServeAnother() {
        return true;
    }

    @Override
    public CompletionStage<?> release() {
        return CompletableFuture.completedStage(true);
    }

    @Override
    public Duration pause() {
        return Duration.ZERO;
    }
}
