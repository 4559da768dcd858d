package io.botfsm.integration.isolation;

import io.botfsm.Fsm;
import io.botfsm.Handled;
import io.botfsm.isolation.EventIsolation;
import io.botfsm.lock.store.LeaseStore;
import io.botfsm.redis.BotRedis;
import io.botfsm.redis.lettuce.LettuceRedis;
import io.botfsm.storage.StorageKey;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;

/**
 * A bot behind a webhook: reads {@code user update} lines, handles them isolated from other processes, and answers each
 * with {@code ok user update} once it is committed, or with {@code no user update} if it is to be delivered again.
 */
final class WebhookProcess {
    private WebhookProcess() {}

    /** What a conversation has seen. */
    record Seen(List<Integer> updates) {
        Seen with(int update) {
            List<Integer> more = new ArrayList<>(updates);
            more.add(update);
            return new Seen(more);
        }
    }

    static StorageKey key(int user) {
        return StorageKey.bot("bot").chat(1).user(user).build();
    }

    public static void main(String[] args) throws IOException {
        BotRedis redis = LettuceRedis.connect(args[0]);
        LeaseStore leases = redis.leaseStore();
        EventIsolation isolation = EventIsolation.builder()
                .leaseStore(leases)
                .ttl(Duration.ofMillis(Long.parseLong(args[1])))
                .acquireTimeout(Duration.ofMinutes(1))
                .submitTimeout(Duration.ofMinutes(1))
                .build();
        Fsm fsm = Fsm.of(redis.stateStorage());
        say("ready");
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            String delivered = line;
            String[] parts = line.split(" ", -1);
            int user = Integer.parseInt(parts[0]);
            int update = Integer.parseInt(parts[1]);
            var unused = isolation
                    .submit(
                            key(user),
                            lease -> handle(fsm.fencedBy(lease.fencingToken().orElseThrow()), user, update))
                    .whenComplete((handled, failure) -> say(failure == null ? "ok " + delivered : "no " + delivered));
        }
        isolation.close();
        leases.close();
        redis.close();
    }

    private static Handled<Boolean> handle(Fsm fsm, int user, int update) {
        LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(1_000_000));
        return fsm.handle(key(user), update, turn -> {
            turn.update(Seen.class, new Seen(List.of()), seen -> seen.with(update));
            return true;
        });
    }

    private static void say(String line) {
        synchronized (WebhookProcess.class) {
            System.out.println(line);
            System.out.flush();
        }
    }
}
