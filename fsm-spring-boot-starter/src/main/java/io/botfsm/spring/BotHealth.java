package io.botfsm.spring;

import io.botfsm.lifecycle.RunState;
import io.botfsm.lock.InstanceLock;
import io.botfsm.lock.store.LockHolder;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Whether the bot can work: the storage answers, and so does the store of the lock. A standby can, too. Whatever Boot
 * calls its types, this is what they report.
 */
final class BotHealth {
    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final StorageKey NOBODY =
            StorageKey.bot("health").chat("none").user("none").build();

    private final StateStorage storage;
    private final Map<String, InstanceLock> locks;
    private final Optional<BotLifecycle> bots;

    BotHealth(StateStorage storage, Optional<BotLocks> locks, Optional<BotLifecycle> bots) {
        this.storage = storage;
        this.locks = locks.map(BotLocks::all).orElse(Map.of());
        this.bots = bots;
    }

    /**
     * What is to be shown; no credentials.
     *
     * @throws Exception if the storage or the store of the lock does not answer, or refuses
     */
    Map<String, Object> details() throws Exception {
        var unused = storage.read(NOBODY).toCompletableFuture().get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("storage", "answers");
        locks.forEach((name, lock) -> details.put("lock " + name, holder(lock.holder())));
        bots.ifPresent(lifecycle -> lifecycle
                .states()
                .forEach(
                        (name, state) -> details.put("bot " + name, state.name().toLowerCase(Locale.ROOT))));
        return details;
    }

    private static String holder(Optional<LockHolder> holder) {
        return holder.map(held -> held.pid() == 0
                        ? "held by " + held.ownerId()
                        : "held by process " + held.pid() + " on " + held.host())
                .orElse("free");
    }

    /** Whether a bot has ended though the application goes on. */
    boolean hasEnded() {
        return bots.map(lifecycle -> lifecycle.states().containsValue(RunState.ENDED))
                .orElse(false);
    }
}
