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
 * One question to several nodes at once, decided as soon as enough have answered. Thread-safe.
 *
 * @param <T> what a node answers
 */
final class Round<T> {
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

        /** How many of the answers are this one. */
        int count(T value) {
            return (int) answers.stream()
                    .filter(answer -> answer.value().equals(value))
                    .count();
        }
    }

    /** What one node said. */
    record Answer<T>(LeaseStore node, T value) {}

    private record Asked<T>(LeaseStore node, CompletableFuture<T> answer) {}

    private final List<Asked<T>> asked;

    private Round(List<Asked<T>> asked) {
        this.asked = asked;
    }

    /**
     * Asks all, before the first answer is looked at.
     *
     * @param limit after which a node has failed
     */
    static <T> Round<T> ask(List<LeaseStore> nodes, Duration limit, Function<LeaseStore, CompletionStage<T>> question) {
        return new Round<>(nodes.stream()
                .map(node -> new Asked<>(node, asked(node, question).orTimeout(limit.toNanos(), TimeUnit.NANOSECONDS)))
                .toList());
    }

    private static <T> CompletableFuture<T> asked(LeaseStore node, Function<LeaseStore, CompletionStage<T>> question) {
        CompletableFuture<T> answer = new CompletableFuture<>(); // the node's own future stays the node's
        try {
            var unused = question.apply(node).whenComplete((value, failure) -> {
                if (value == null) {
                    answer.completeExceptionally(
                            failure == null ? new IllegalStateException("a node answered nothing") : failure);
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
     * What is decided, once it is; never where nobody was asked.
     *
     * @param verdict finds a decision, or throws one, at the latest when nothing is outstanding; does nothing else
     */
    <R> CompletableFuture<R> decide(Function<Votes<T>, Optional<R>> verdict) {
        Count<R> count = new Count<>(verdict);
        asked.forEach(each -> {
            var unused = each.answer.whenComplete((value, failure) -> count.settle(each.node, value, failure));
        });
        return count.decision;
    }

    /** Does something with each answer, whether it came before or comes after the decision. */
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
