package io.botfsm.telegram.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The rules of {@code getUpdates}, as Telegram's own Bot API server implements them: a poll that finds updates, or must
 * not wait, is answered at once and does not affect others; a poll that has to wait ends the one that was waiting.
 * Thread-safe; a waiting poll occupies no thread.
 */
final class LongPolls {
    private static final int MOST_UPDATES = 100;
    private static final int LONGEST_TIMEOUT_SECONDS = 50;
    /** A poller that repeats the same request within this time waits for as long. */
    private static final int IMPATIENT_SECONDS = 3;
    /** A poller that repeats the same request within this time gets one update. */
    private static final long VERY_IMPATIENT_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    /** The time in which concurrent updates are gathered into one response. */
    private static final Duration GATHERING = Duration.ofMillis(1);

    private static final String NEWER_POLL =
            "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running";
    private static final String WEBHOOK_SET = "Conflict: terminated by setWebhook request";
    private static final String WEBHOOK_ACTIVE = "Conflict: can't use getUpdates method while webhook is active; use"
            + " deleteWebhook to delete the webhook first";

    private final Predicate<String> isHere;
    private final DelayedTasks timer;
    private final Duration conflictPause;
    private final UpdateQueue updates;
    private final BoundedHistory<HeldPoll> polls;
    private final Webhook webhook;
    private @Nullable HeldPoll waiting;
    private boolean gathering;
    private boolean closed;
    private long previousOffset = -1;
    private Optional<Long> previousBegin = Optional.empty();
    private Optional<Long> previousConflict = Optional.empty();

    LongPolls(
            Predicate<String> isHere,
            DelayedTasks timer,
            Duration conflictPause,
            Duration webhookRetryPause,
            long firstUpdateId,
            int remembered) {
        this.isHere = isHere;
        this.timer = timer;
        this.conflictPause = conflictPause;
        this.updates = new UpdateQueue(firstUpdateId);
        this.polls = new BoundedHistory<>(remembered);
        this.webhook = new Webhook(this, updates, timer, webhookRetryPause, remembered);
    }

    CompletableFuture<BotApiResponse> getUpdates(Parameters parameters, Caller caller) {
        long offset = parameters.number("offset").orElse(0L);
        int limit = parameters.clamped("limit", MOST_UPDATES, 1, MOST_UPDATES);
        int timeout = parameters.clamped("timeout", 0, 0, LONGEST_TIMEOUT_SECONDS);
        synchronized (this) {
            if (webhook.target().isPresent()) {
                HeldPoll refused = new HeldPoll(caller, offset, limit, timeout);
                polls.add(refused);
                conflict(refused, WEBHOOK_ACTIVE);
                return refused.answer;
            }
            parameters.tree("allowed_updates").ifPresent(updates::allow);
            HeldPoll poll = patient(caller, offset, limit, timeout);
            polls.add(poll);
            List<UpdateQueue.Update> found = updates.from(poll.offset, poll.limit);
            if (!found.isEmpty() || poll.timeout == 0) {
                poll.answer(found);
            } else if (!isHere.test(caller.connection())) {
                poll.drop();
            } else {
                hold(poll);
            }
            return poll.answer;
        }
    }

    private HeldPoll patient(Caller caller, long offset, int limit, int timeout) {
        boolean again = offset == previousOffset;
        long since = previousBegin.map(before -> caller.begunNanos() - before).orElse(Long.MAX_VALUE);
        previousOffset = offset;
        previousBegin = Optional.of(caller.begunNanos());
        boolean impatient = again && since < TimeUnit.SECONDS.toNanos(IMPATIENT_SECONDS);
        boolean veryImpatient = again && since < VERY_IMPATIENT_NANOS;
        return new HeldPoll(
                caller, offset, veryImpatient ? 1 : limit, impatient ? Math.max(timeout, IMPATIENT_SECONDS) : timeout);
    }

    private void hold(HeldPoll poll) {
        endWaiting(NEWER_POLL);
        if (closed) {
            poll.end(Poll.Outcome.CLOSED);
            return;
        }
        waiting = poll;
        timer.after(Duration.ofSeconds(poll.timeout), () -> answerWaiting(poll));
    }

    private synchronized void answerWaiting(HeldPoll poll) {
        if (waiting == poll) {
            waiting = null;
            poll.answer(updates.from(poll.offset, poll.limit));
        }
    }

    private void endWaiting(String why) {
        HeldPoll older = waiting;
        waiting = null;
        if (older != null) {
            conflict(older, why);
        }
    }

    private void conflict(HeldPoll loser, String why) {
        loser.end(Poll.Outcome.CONFLICT);
        BotApiResponse answer = BotApiResponse.error(409, why);
        long now = System.nanoTime();
        if (previousConflict
                .map(before -> now - before >= conflictPause.toNanos())
                .orElse(true)) {
            previousConflict = Optional.of(now);
            loser.answer.complete(answer);
        } else {
            timer.after(conflictPause, () -> loser.answer.complete(answer));
        }
    }

    /** Handles a closed client connection: its polls no longer affect others. */
    synchronized void gone(String connection) {
        if (waiting != null && waiting.isOf(connection)) {
            waiting.drop();
            waiting = null;
        }
    }

    synchronized OptionalLong deliver(String type, ObjectNode content) {
        OptionalLong id = updates.add(type, content);
        if (id.isPresent() && waiting != null && !gathering) {
            gathering = true;
            timer.after(GATHERING, this::answerGathered);
        }
        webhook.deliver();
        return id;
    }

    private synchronized void answerGathered() {
        gathering = false;
        if (waiting != null && updates.size() > 0) {
            answerWaiting(waiting);
        }
    }

    synchronized void allow(JsonNode types) {
        updates.allow(types);
    }

    /** @param target where updates are sent from now on; without one they can be polled */
    synchronized void setWebhook(Webhook.@Nullable Target target, boolean dropPending) {
        if (target != null) {
            endWaiting(WEBHOOK_SET);
        }
        if (dropPending) {
            updates.clear();
        }
        webhook.set(target);
    }

    synchronized Optional<Webhook.Target> webhookTarget() {
        return webhook.target();
    }

    synchronized Optional<String> webhookError() {
        return webhook.lastError();
    }

    synchronized List<WebhookDelivery> deliveries() {
        return webhook.deliveries();
    }

    synchronized int unconfirmed() {
        return updates.size();
    }

    synchronized void continueAt(long updateId) {
        updates.continueAt(updateId);
    }

    synchronized List<Poll> polls() {
        return polls.all().stream().map(HeldPoll::toPoll).toList();
    }

    synchronized void close() {
        closed = true;
        webhook.set(null);
        if (waiting != null) {
            waiting.end(Poll.Outcome.CLOSED);
            waiting = null;
        }
    }
}
