package io.botfsm.lock.store;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A request that is sent to several nodes at once, and decided as soon as enough nodes have answered. Thread-safe.
 *
 * @param <T> the answer of a node
 */
final class Round<T> {
    /**
     * The answers and failures so far.
     *
     * @param outstanding how many nodes have neither answered nor failed
     */
    record Votes<T>(List<Answer<T>> answers, List<Throwable> failures, int outstanding) {
        /** Returns the answers of one kind. */
        <A extends T> List<A> of(Class<A> kind) {
            return answers.stream()
                    .map(Answer::value)
                    .filter(kind::isInstance)
                    .map(kind::cast)
                    .toList();
        }

        /** Returns the nodes whose answer is of one kind. */
        List<LeaseStore> nodes(Class<? extends T> kind) {
            return answers.stream()
                    .filter(answer -> kind.isInstance(answer.value()))
                    .map(Answer::node)
                    .toList();
        }

        /** Returns how many of the answers equal this value. */
        int count(T value) {
            return (int) answers.stream()
                    .filter(answer -> answer.value().equals(value))
                    .count();
        }
    }

    /** The answer of one node. */
    record Answer<T>(LeaseStore node, T value) {}

    private record Asked<T>(LeaseStore node, CompletableFuture<T> answer) {}

    private final List<Asked<T>> asked;

    private Round(List<Asked<T>> asked) {
        this.asked = asked;
    }

    /**
     * Sends the request to all nodes before the first answer is evaluated.
     *
     * @param limit the time after which a node counts as failed
     */
    static <T> Round<T> ask(List<LeaseStore> nodes, Duration limit, Function<LeaseStore, CompletionStage<T>> question) {
        return new Round<>(nodes.stream()
                .map(node -> new Asked<>(node, asked(node, question).orTimeout(limit.toNanos(), TimeUnit.NANOSECONDS)))
                .toList());
    }

    private static <T> CompletableFuture<T> asked(LeaseStore node, Function<LeaseStore, CompletionStage<T>> question) {
        CompletableFuture<T> answer = new CompletableFuture<>(); // since the node's own future must not time out
        try {
            var unused = question.apply(node).whenComplete((value, failure) -> {
                if (value == null) {
                    answer.completeExceptionally(
                            failure == null ? new IllegalStateException("a node returned null") : failure);
                } else {
                    answer.complete(value);
                }
            });
        } catch (RuntimeException e) {
            answer.completeExceptionally(e);
        }
        return answer;
    }

    /**
     * Returns a future that completes with the decision; it never completes if no node was asked.
     *
     * @param verdict returns the decision or throws, at the latest when no answer is outstanding; it must have no side
     *     effects
     */
    <R> CompletableFuture<R> decide(Function<Votes<T>, Optional<R>> verdict) {
        Count<R> count = new Count<>(verdict);
        asked.forEach(each -> {
            var unused = each.answer.whenComplete((value, failure) -> count.settle(each.node, value, failure));
        });
        return count.decision;
    }

    /** Runs an action for each answer, whether it arrived before or arrives after the decision. */
    void forEachAnswer(BiConsumer<LeaseStore, T> action) {
        asked.forEach(each -> {
            var unused = each.answer.thenAccept(value -> action.accept(each.node, value));
        });
    }

    private final class Count<R> {
        private final Function<Votes<T>, Optional<R>> verdict;
        private final CompletableFuture<R> decision = new CompletableFuture<>();
        private final List<Answer<T>> answers = new ArrayList<>();
        private final List<Throwable> failures = new ArrayList<>();
        private final Object monitor = new Object();
        private int outstanding = asked.size();

        private Count(Function<Votes<T>, Optional<R>> verdict) {
            this.verdict = verdict;
        }

        private void settle(LeaseStore node, @Nullable T value, @Nullable Throwable failure) {
            Votes<T> votes;
            synchronized (monitor) {
                outstanding--;
                if (value != null) {
                    answers.add(new Answer<>(node, value));
                } else if (failure != null) {
                    failures.add(failure);
                }
                votes = new Votes<>(List.copyOf(answers), List.copyOf(failures), outstanding);
            }
            if (decision.isDone()) {
                return;
            }
            try {
                verdict.apply(votes).ifPresent(decision::complete);
            } catch (RuntimeException e) {
                decision.completeExceptionally(e);
            }
        }
    }
}
