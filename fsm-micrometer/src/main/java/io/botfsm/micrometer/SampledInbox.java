package io.botfsm.micrometer;

import io.botfsm.internal.guard.BoundedCall;
import io.botfsm.storage.inbox.InboxCounts;
import io.botfsm.storage.inbox.UpdateInbox;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.ToDoubleFunction;

/** The counts of a bot's inbox, queried once for all meters of a scrape, with a short timeout. Thread-safe. */
final class SampledInbox {
    private static final Duration TIMEOUT = Duration.ofMillis(500);
    private static final Duration SAMPLE_AGE = Duration.ofSeconds(1);

    private final BoundedCall<InboxCounts> call;
    private Optional<InboxCounts> sample = Optional.empty();
    private long sampledAt;
    private boolean sampled;

    SampledInbox(UpdateInbox inbox, Object bot) {
        this.call = new BoundedCall<>("botfsm-inbox-meters", () -> inbox.counts(bot));
    }

    static LatestPart<SampledInbox> register(PartMeters meters) {
        LatestPart<SampledInbox> inbox = new LatestPart<>(Map.of());
        meters.gauge(
                "botfsm.inbox.updates",
                "updates that are waiting in the inbox; NaN while the storage does not answer",
                () -> inbox.value(sampled -> sampled.value(InboxCounts::waiting)));
        meters.gauge(
                "botfsm.inbox.bytes",
                "total size of the waiting updates",
                () -> inbox.value(sampled -> sampled.value(InboxCounts::bytes)));
        meters.seconds(
                "botfsm.inbox.age",
                "time for which the oldest update has been waiting",
                () -> inbox.value(sampled -> sampled.value(
                        counts -> counts.oldest().map(SampledInbox::age).orElse(0d))));
        meters.gauge(
                "botfsm.inbox.dead.letters",
                "dead letters that are kept",
                () -> inbox.value(sampled -> sampled.value(InboxCounts::dead)));
        return inbox;
    }

    private static double age(Instant oldest) {
        return Math.max(0, PartMeters.inSeconds(Duration.between(oldest, Instant.now())));
    }

    /** Returns NaN if the inbox does not answer. */
    private synchronized double value(ToDoubleFunction<InboxCounts> value) {
        long now = System.nanoTime();
        if (!sampled || now - sampledAt > SAMPLE_AGE.toNanos()) {
            sample = ask();
            sampled = true;
            sampledAt = System.nanoTime();
        }
        return sample.map(value::applyAsDouble).orElse(Double.NaN);
    }

    private Optional<InboxCounts> ask() {
        try {
            return Optional.of(call.get(TIMEOUT));
        } catch (ExecutionException | TimeoutException e) { // the storage's own meters and checks report that
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }
}
