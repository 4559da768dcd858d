package io.botfsm.spring;

import io.botfsm.lifecycle.RunState;
import io.botfsm.lock.InstanceLock;
import io.botfsm.lock.store.LockHolder;
import io.botfsm.monitoring.Health;
import io.botfsm.monitoring.HealthCheck;
import io.botfsm.storage.StateStorage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The health of the bots: up if the storage and the store of the locks answer, which is also possible on a standby, and
 * no bot has ended. Independent of the health types, which differ between versions of Spring Boot.
 */
final class BotHealth {
    /** No bot has this id. */
    private static final String NOBODY = "health";

    private static final String STATUS = "status";

    private final List<HealthCheck> checks = new ArrayList<>();
    private final Optional<BotLifecycle> bots;

    /** @param storage the innermost storage, so that recovery is not queried */
    BotHealth(StateStorage storage, Optional<BotLocks> locks, Optional<BotLifecycle> bots) {
        checks.add(HealthCheck.storage(storage, NOBODY));
        locks.map(BotLocks::all).orElse(Map.of()).forEach((name, lock) -> checks.add(lock(name, lock)));
        this.bots = bots;
    }

    private static HealthCheck lock(String name, InstanceLock lock) {
        return HealthCheck.of("lock " + name, () -> Health.up().with(STATUS, holder(lock.holder())));
    }

    /**
     * The result of the checks.
     *
     * @param details the details to show; no credentials
     */
    record Report(boolean isUp, Map<String, Object> details) {}

    /** Answers within the timeouts of the checks, and throws nothing. */
    Report check() {
        boolean up = true;
        Map<String, Object> details = new LinkedHashMap<>();
        for (HealthCheck check : checks) {
            Health health = check.check();
            up &= health.isUp();
            details.put(
                    check.name(),
                    health.isUp()
                            ? health.details().getOrDefault(STATUS, "answers")
                            : String.valueOf(health.details().get("reason")));
        }
        Map<String, RunState> states = bots.map(BotLifecycle::states).orElse(Map.of());
        states.forEach((name, state) -> details.put("bot " + name, state.name().toLowerCase(Locale.ROOT)));
        return new Report(up && !states.containsValue(RunState.ENDED), details);
    }

    /** Returns the checks of the storage and the locks. */
    List<HealthCheck> checks() {
        return checks;
    }

    private static String holder(Optional<LockHolder> holder) {
        return holder.map(held -> held.pid() == 0
                        ? "held by " + held.ownerId()
                        : "held by process " + held.pid() + " on " + held.host())
                .orElse("free");
    }
}
