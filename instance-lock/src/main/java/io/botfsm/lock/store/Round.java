package io.botfsm.lock.store;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One question to several nodes at once, decided as soon as enough have answered. Thread-safe.
 *
 * @param <T> what a node answers
 * @param <R> what is decided
 */
final class Round<T, R> {
    /**
     * What is known so far.
     *
     * @param outstanding how many nodes have neither answered nor failed
     */
    record Votes<T>(List<Answer<T>> answers, List<Throwable> failures, int outstanding) {
        /** The answers of one kind. */
        <A extends T> List<A> of(Class<A> kind) {
            return answers.stream()
                    .map(Answer::value)
                    .filter(kind::isInstance)
                    .map(kind::cast)
                    .toList();
        }

        /** The nodes whose answer is of one kind. */
        List<LeaseStore> nodes(Class<? extends T> kind) {
            return answers.stream()
                    .filter(answer -> kind.isInstance(answer.value()))
                    .map(Answer::node)
                    .toList();
        }
    }

    /** What one node said. */
    record Answer<T>(LeaseStore node, T value) {}

    private final Function<Votes<T>, Optional<R>> verdict;
    private final List<Answer<T>> answers = new ArrayList<>();
    private final List<Throwable> failures = new ArrayList<>();
    private final CompletableFuture<R> decision = new CompletableFuture<>();
    private final Object monitor = new Object();
    private int outstanding;

    private Round(int nodes, Function<Votes<T>, Optional<R>> verdict) {
        this.outstanding = nodes;
        this.verdict = verdict;
    }

    /**
     * Asks all.
     *
     * @param limit after which a node has failed
     * @param verdict finds a decision, or throws one, at the latest when nothing is outstanding
     */
    static <T, R> CompletableFuture<R> ask(
            List<LeaseStore> nodes,
            Duration limit,
            Function<LeaseStore, CompletionStage<T>> question,
            Function<Votes<T>, Optional<R>> verdict) {
        Round<T, R> round = new Round<>(nodes.size(), verdict);
        List<CompletableFuture<T>> asked = nodes.stream()
                .map(node -> asked(node, question).orTimeout(limit.toNanos(), TimeUnit.NANOSECONDS))
                .toList(); // all, before the first answer is looked at
        for (int i = 0; i < asked.size(); i++) {
            LeaseStore node = nodes.get(i);
            var unused = asked.get(i).whenComplete((value, failure) -> round.settle(node, value, failure));
        }
        return round.decision;
    }

    private static <T> CompletableFuture<T> asked(LeaseStore node, Function<LeaseStore, CompletionStage<T>> question) {
        try {
            return question.apply(node).toCompletableFuture().copy(); // the node's own future stays the node's
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private void settle(LeaseStore node, @Nullable T value, @Nullable Throwable failure) {
        Votes<T> votes;
        synchronized (monitor) {
            outstanding--;
            if (value != null) {
                answers.add(new Answer<>(node, value));
            } else {
                failures.add(failure == null ? new IllegalStateException("a node answered nothing") : failure);
            }
            votes = new Votes<>(List.copyOf(answers), List.copyOf(failures), outstanding);
        }
        try {
            verdict.apply(votes).ifPresent(decision::complete);
        } catch (RuntimeException e) {
            decision.completeExceptionally(e);
        }
    }
}
