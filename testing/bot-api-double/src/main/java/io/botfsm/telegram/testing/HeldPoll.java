package io.botfsm.telegram.testing;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** A poll from its arrival on. Guarded by the monitor of the polls, except for its response. */
final class HeldPoll {
    final CompletableFuture<BotApiResponse> answer = new CompletableFuture<>();
    final long offset;
    final int limit;
    final int timeout;
    private final Caller caller;
    private Optional<Long> endedNanos = Optional.empty();
    private Optional<Instant> ended = Optional.empty();
    private Optional<Long> firstUpdate = Optional.empty();
    private int answered;
    private Poll.Outcome outcome = Poll.Outcome.HELD;

    HeldPoll(Caller caller, long offset, int limit, int timeout) {
        this.caller = caller;
        this.offset = offset;
        this.limit = limit;
        this.timeout = timeout;
    }

    void end(Poll.Outcome how) {
        outcome = how;
        endedNanos = Optional.of(System.nanoTime());
        ended = Optional.of(Instant.now());
    }

    boolean isOf(String connection) {
        return caller.connection().equals(connection);
    }

    /** Drops the poll, since nobody waits for it any more. */
    void drop() {
        end(Poll.Outcome.GONE);
        answer.complete(BotApiResponse.DROPPED);
    }

    void answer(List<UpdateQueue.Update> updates) {
        end(updates.isEmpty() ? Poll.Outcome.NOTHING : Poll.Outcome.UPDATES);
        answered = updates.size();
        firstUpdate = updates.stream().findFirst().map(UpdateQueue.Update::id);
        StringBuilder result = new StringBuilder("[");
        for (UpdateQueue.Update update : updates) {
            result.append(result.length() == 1 ? "" : ",").append(update.json());
        }
        answer.complete(BotApiResponse.okText(result.append(']').toString()));
    }

    Poll toPoll() {
        return new Poll(
                caller.poller(),
                caller.connection(),
                caller.userAgent(),
                offset,
                limit,
                timeout,
                caller.begunNanos(),
                caller.begun(),
                endedNanos,
                ended,
                answered,
                firstUpdate,
                outcome);
    }
}
