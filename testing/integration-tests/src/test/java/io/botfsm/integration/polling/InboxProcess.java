package io.botfsm.integration.polling;

import io.botfsm.Fsm;
import io.botfsm.lifecycle.BotRunner;
import io.botfsm.lock.InstanceLock;
import io.botfsm.redis.BotRedis;
import io.botfsm.redis.lettuce.LettuceRedis;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.inbox.InboxLimits;
import io.botfsm.telegrambots.BotToken;
import io.botfsm.telegrambots.PollingSession;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A bot with an inbox, whose handlers are slow for the first users. */
final class InboxProcess {
    static final int SLOW_USERS = 4;
    static final int INBOX = 40;
    private static final long SLOWNESS = TimeUnit.MILLISECONDS.toNanos(50);
    /** So long that the updates behind the first of each slow user get into the inbox, however fast the machine is. */
    private static final long FIRST = TimeUnit.SECONDS.toNanos(2);

    private InboxProcess() {}

    /** What a conversation has seen. */
    record Seen(List<Integer> updates) {
        Seen with(int update) {
            List<Integer> more = new ArrayList<>(updates);
            more.add(update);
            return new Seen(more);
        }
    }

    static StorageKey key(BotToken token, int user) {
        return StorageKey.bot(token.botId()).chat(user).user(user).build();
    }

    public static void main(String[] args) {
        BotRedis redis = LettuceRedis.connect(args[0]);
        Fsm fsm = Fsm.of(redis.stateStorage());
        Set<String> begun = ConcurrentHashMap.newKeySet();
        InstanceLock lock = InstanceLock.builder(redis.leaseStore(), "inbox-bot")
                .ttl(Duration.ofSeconds(2))
                .build();
        PollingSession.Builder polling = PollingSession.builder(BotToken.of(args[2]))
                .server(URI.create(args[1]))
                .inbox(InboxLimits.defaults().updates(INBOX));
        int status = BotRunner.of(lock)
                .standby()
                .thenClose("redis", Duration.ofSeconds(5), redis)
                .run(lease -> polling.start(lease, fsm, (fenced, key, update) -> {
                    if (Integer.parseInt(key.user()) <= SLOW_USERS) {
                        LockSupport.parkNanos(begun.add(key.user()) ? FIRST : SLOWNESS);
                    }
                    int id = update.getUpdateId();
                    var unused = fenced.<Boolean>handle(key, id, turn -> {
                        turn.update(Seen.class, new Seen(List.of()), seen -> seen.with(id));
                        return true;
                    });
                }));
        System.exit(status);
    }
}
