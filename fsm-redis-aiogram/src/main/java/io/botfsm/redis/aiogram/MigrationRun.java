package io.botfsm.redis.aiogram;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.botfsm.redis.aiogram.ConversationCopy.CopyResult;
import io.botfsm.redis.aiogram.MigrationReport.Skipped;
import io.botfsm.redis.internal.Script;
import io.botfsm.redis.internal.ScriptCalls;
import io.botfsm.redis.spi.RedisPort;
import io.botfsm.redis.spi.RedisPortException;
import io.botfsm.storage.FsmException;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.StorageRefusedException;
import io.botfsm.storage.StorageUnavailableException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One run of a migration: lists keys, has their conversations copied, counts, and names what it skips. Not thread-safe.
 */
final class MigrationRun {
    static final Script SCAN = Script.read(MigrationRun.class.getResourceAsStream("scan.lua"));

    /** Approximately how many conversations are copied at once. */
    private static final int BATCH = 100;

    /** The error codes of a call on one key that fails because of the value of that key. */
    private static final Set<String> OF_ONE_KEY = Set.of("WRONGTYPE", "ERR");

    private final Duration timeout;
    private final ScriptCalls scripts;
    private final Consumer<MigrationReport> progress;
    private long keys;
    private long keysInAll;
    private long migrated;
    private long alreadyThere;
    private long newerThere;
    private final List<String> newer = new ArrayList<>();
    private long skippedInAll;
    private final List<Skipped> skipped = new ArrayList<>();

    MigrationRun(RedisPort port, Duration timeout, Consumer<MigrationReport> progress) {
        this.timeout = timeout;
        this.scripts = new ScriptCalls(port, timeout);
        this.progress = progress;
    }

    /**
     * Checks a sample of the keys.
     *
     * @throws AiogramLayoutMismatchException if the layout does not fit them
     */
    void check(AiogramLayout layout) {
        AiogramKeySample sample = new AiogramKeySample(layout);
        scan(layout.withOptions(false, false, false).pattern(), page -> {
            page.forEach(key -> sample.add(new String(key, UTF_8)));
            return !sample.isFull();
        });
        sample.requireFit();
    }

    /** Counts the keys, for reports. */
    void count(String pattern, Predicate<String> isOfConversation) {
        scan(pattern, page -> {
            keysInAll += page.stream()
                    .filter(key -> isOfConversation.test(new String(key, UTF_8)))
                    .count();
            return true;
        });
    }

    /**
     * Copies the conversation of each key.
     *
     * @param conversation returns the conversation of a key, or throws an {@link IllegalArgumentException} or
     *     {@link StorageRefusedException} if it is to be skipped
     */
    void copy(
            String pattern,
            Function<String, StorageKey> conversation,
            Function<StorageKey, CompletionStage<CopyResult>> copy) {
        scan(pattern, page -> {
            List<Runnable> ends = new ArrayList<>();
            for (byte[] key : page) {
                CompletionStage<CopyResult> end = started(key, conversation, copy);
                ends.add(() -> finish(key, end));
            }
            ends.forEach(Runnable::run);
            keys += page.size();
            progress.accept(report());
            return true;
        });
    }

    private static CompletionStage<CopyResult> started(
            byte[] key,
            Function<String, StorageKey> conversation,
            Function<StorageKey, CompletionStage<CopyResult>> copy) {
        try {
            String name = new String(key, UTF_8);
            if (!Arrays.equals(name.getBytes(UTF_8), key)) {
                throw new IllegalArgumentException("the key is not UTF-8");
            }
            return copy.apply(conversation.apply(name));
        } catch (RuntimeException e) {
            return CompletableFuture.failedStage(e);
        }
    }

    private void finish(byte[] key, CompletionStage<CopyResult> end) {
        String name = new String(key, UTF_8);
        try {
            count(name, answer(() -> end));
        } catch (StorageRefusedException e) {
            if (e.getCause() instanceof RedisPortException server && !OF_ONE_KEY.contains(server.code())) {
                throw e; // the server refuses every conversation
            }
            skip(name, String.valueOf(e.getMessage()));
        } catch (IllegalArgumentException e) {
            skip(name, String.valueOf(e.getMessage())); // a name or a text that the target cannot store
        }
    }

    private void count(String key, CopyResult end) {
        switch (end) {
            case MIGRATED -> migrated++;
            case ALREADY_THERE -> alreadyThere++;
            case NEWER_THERE -> newerThere(key);
            case NOTHING -> {}
        }
    }

    private void newerThere(String key) {
        newerThere++;
        if (newer.size() < MigrationReport.MOST_SKIPPED) {
            newer.add(key);
        }
    }

    private void skip(String key, String reason) {
        skippedInAll++;
        if (skipped.size() < MigrationReport.MOST_SKIPPED) {
            skipped.add(new Skipped(key, reason));
        }
    }

    /** Returns the final report. Keys that no longer exist count as processed. */
    MigrationReport end() {
        keys = Math.max(keys, keysInAll);
        MigrationReport report = report();
        progress.accept(report);
        return report;
    }

    private MigrationReport report() {
        return new MigrationReport(
                keys, Math.max(keys, keysInAll), migrated, alreadyThere, newerThere, skippedInAll, skipped, newer);
    }

    /** @param page receives some keys at a time, and returns whether to continue */
    private void scan(String pattern, Predicate<List<byte[]>> page) {
        byte[] cursor = {'0'};
        boolean proceed;
        do {
            List<byte[]> args = List.of(
                    cursor, pattern.getBytes(UTF_8), Integer.toString(BATCH).getBytes(US_ASCII));
            List<Object> reply = answer(() -> scan(args));
            cursor = (byte[]) reply.get(0);
            proceed = page.test(
                    ((List<?>) reply.get(1)).stream().map(byte[].class::cast).toList());
        } while (proceed && !(cursor.length == 1 && cursor[0] == '0'));
    }

    private CompletionStage<List<Object>> scan(List<byte[]> args) {
        CompletableFuture<List<Object>> page = new CompletableFuture<>();
        scripts.run(SCAN, List.of(), args, (reply, failure) -> {
            if (reply == null) {
                page.completeExceptionally(unavailable(failure));
            } else {
                page.complete(reply);
            }
        });
        return page;
    }

    private FsmException unavailable(@Nullable Throwable failure) {
        String message = "listing keys with SCAN: " + (failure == null ? "failed" : failure.getMessage());
        return failure instanceof RedisPortException known && known.isLastingOnceConnected()
                ? new StorageRefusedException(message, known)
                : new StorageUnavailableException(message, timeout, failure);
    }

    private static <T> T answer(Supplier<CompletionStage<T>> call) {
        try {
            return call.get().toCompletableFuture().get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StorageUnavailableException("interrupted while migrating", Duration.ZERO, e);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            while (cause instanceof CompletionException && cause.getCause() != null) {
                cause = cause.getCause();
            }
            if (cause instanceof RuntimeException known) {
                throw known;
            }
            throw new IllegalStateException(cause);
        }
    }
}
