package io.botfsm.isolation;

import io.botfsm.lock.store.Acquisition;
import io.botfsm.lock.store.Acquisition.Granted;
import io.botfsm.lock.store.Acquisition.Occupied;
import io.botfsm.lock.store.Claim;
import io.botfsm.lock.store.LeaseClock;
import io.botfsm.lock.store.LeaseRequest;
import io.botfsm.lock.store.LeaseStore;
import io.botfsm.lock.store.LeaseStoreException;
import io.botfsm.storage.InterruptedCallException;
import io.botfsm.storage.StorageKey;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Across processes it takes a lease. It is asked for on the thread that the handler will run on, so that a conversation that
 * waits for a thread is not kept from other processes; one that waits for another process occupies no thread. Thread-safe.
 */
final class LeaseAdmission implements Admission {
    private final Leases leases;
    private final Duration patience;
    private final Claims claims = new Claims(UUID.randomUUID().toString());

    LeaseAdmission(LeaseStore store, LeaseTimes times, Duration patience, LeaseClock clock, IsolationThreads own) {
        this.leases = new Leases(store, times, clock, own);
        this.patience = patience;
    }

    @Override
    public @Nullable ConversationPermit admit(QueuedHandler<?> turn, Runnable again) {
        String name = LeaseNames.of(turn.key());
        Attempt attempt = ask(turn.key(), name);
        if (attempt.answer instanceof Occupied occupied && claims.gaveUp(occupied.claim())) {
            // This isolation asks for one at a time: it is an earlier one's, of which nobody knew that it was granted.
            settle(turn.key(), leases.release(name, occupied.claim()));
            attempt = ask(turn.key(), name);
        }
        if (attempt.answer instanceof Granted granted) {
            return attempt.permit(granted);
        }
        if (attempt.answer instanceof Occupied occupied) {
            await(turn, name, occupied, again);
            return null;
        }
        throw new IllegalStateException("no such answer: " + attempt.answer);
    }

    private void await(QueuedHandler<?> turn, String name, Occupied occupied, Runnable again) {
        LeaseWait wait = turn.leaseWait();
        if (wait == null) {
            wait = new LeaseWait(leases, name, turn.isImpatient() ? Duration.ZERO : patience);
            turn.leaseWait(wait);
        }
        if (wait.isPatienceOver()) {
            turn.losePatience();
            throw new ConversationHeldException(
                    turn.key(), Claims.owner(occupied.claim()), Claims.holder(occupied.claim()), patience);
        }
        wait.sleep(occupied.remaining(), again);
        if (turn.isOver()) { // it was given up before it slept, and so could not be woken
            wait.wake();
        }
    }

    private Attempt ask(StorageKey key, String name) {
        Attempt attempt = new Attempt(key, leases.request(name, claims.next(), 0));
        attempt.ask();
        return attempt;
    }

    /** Waits for an answer, which need not be a good one. */
    private void settle(StorageKey key, CompletionStage<Boolean> release) {
        CompletableFuture<Boolean> settled =
                release.handle((had, failure) -> failure == null).toCompletableFuture();
        try {
            var unused = settled.get(leases.times().requestTimeout().toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedCallException(key, false, e);
        } catch (ExecutionException | TimeoutException e) {
            throw new IsolationUnavailableException(key, e);
        }
    }

    /** One question for a lease, with a claim of its own. */
    private final class Attempt {
        private final StorageKey key;
        private final LeaseRequest request;
        private final long begunNanos = leases.now(); // before the request is sent: its answer may take any time
        private final long begunMillis = leases.clock().wallMillis();
        private final CompletableFuture<Acquisition> first = new CompletableFuture<>();
        private @Nullable Acquisition answer;

        private Attempt(StorageKey key, LeaseRequest request) {
            this.key = key;
            this.request = request;
        }

        private void ask() {
            var unused = leases.acquire(request).whenComplete((found, failure) -> {
                boolean late = found == null
                        ? !first.completeExceptionally(failure == null ? noAnswer() : failure)
                        : !first.complete(found);
                if (late && found instanceof Granted) {
                    abandon();
                }
            });
            try {
                answer = first.get(leases.times().requestTimeout().toNanos(), TimeUnit.NANOSECONDS);
            } catch (InterruptedException e) {
                giveUp(e);
                Thread.currentThread().interrupt();
                throw new InterruptedCallException(key, false, e);
            } catch (TimeoutException | ExecutionException e) {
                giveUp(e);
                throw new IsolationUnavailableException(key, e instanceof ExecutionException ? cause(e) : e);
            }
        }

        private LeaseStoreException noAnswer() {
            return new LeaseStoreException("the store answered nothing", false, null);
        }

        private Throwable cause(Exception wrapping) {
            Throwable cause = wrapping.getCause();
            return cause == null ? wrapping : cause;
        }

        private void giveUp(Exception why) {
            first.completeExceptionally(why);
            abandon();
        }

        private void abandon() {
            Claim claim = request.claim();
            claims.giveUp(claim);
            var unused = Release.ofUnknown(leases, request.name(), claim);
        }

        private ConversationPermit permit(Granted granted) {
            if (leases.now() - leases.times().deadline(begunNanos) >= 0) {
                abandon();
                throw new IsolationUnavailableException(
                        key, new LeaseStoreException("granted too late to be relied on", false, null));
            }
            LeasePermit permit =
                    new LeasePermit(leases, request, granted.fence(), begunNanos, begunMillis, claims::giveUp);
            permit.start();
            return permit;
        }
    }
}
