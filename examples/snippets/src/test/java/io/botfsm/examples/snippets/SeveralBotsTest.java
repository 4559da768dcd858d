package io.botfsm.examples.snippets;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.lock.store.MemoryLeaseStore;
import io.botfsm.memory.MemoryStateStorage;
import io.botfsm.telegram.testing.BotApiDouble;
import io.botfsm.telegram.testing.TelegramUser;
import io.botfsm.telegrambots.BotToken;
import io.botfsm.telegrambots.TelegramRunner;
import io.botfsm.telegrambots.Texts;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class SeveralBotsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    // snippet: several-bots
    /** Runs all bots, and stops the others when one ends. Returns the first exit status that is not 0. */
    static int runAll(List<TelegramRunner> bots) {
        Executor threads = run -> new Thread(run).start(); // run() blocks
        List<CompletableFuture<Integer>> runs = bots.stream()
                .map(bot -> CompletableFuture.supplyAsync(bot::run, threads)
                        .whenComplete((status, failure) -> bots.forEach(TelegramRunner::stop)))
                .toList();
        CompletableFuture.allOf(runs.toArray(CompletableFuture<?>[]::new)).join();
        return runs.stream()
                .mapToInt(CompletableFuture::join)
                .filter(status -> status != 0)
                .findFirst()
                .orElse(0);
    }
    // end

    @Test
    void theOthersStopWhenOneEnds() throws Exception {
        try (MemoryStateStorage conversations = new MemoryStateStorage();
                MemoryLeaseStore leases = new MemoryLeaseStore();
                BotApiDouble pizza = BotApiDouble.start();
                BotApiDouble pasta =
                        BotApiDouble.builder().token("7000000002:AApasta").start()) {
            List<TelegramRunner> bots = Stream.of(pizza, pasta)
                    .map(telegram -> TelegramRunner.polling(BotToken.of(telegram.token()))
                            .flow(FlowsTest.PIZZA, Texts.in(), Texts.out())
                            .storage(conversations, leases)
                            .lock("bot-" + BotToken.of(telegram.token()).botId())
                            .server(telegram.uri()))
                    .toList();
            CompletableFuture<Integer> status = CompletableFuture.supplyAsync(() -> runAll(bots));
            TelegramUser user = pasta.user(42);
            user.says("hello");
            user.awaitReply("Send /order.", PATIENCE);
            bots.get(0).stop();
            assertThat(status.get(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isZero();
        }
    }
}
