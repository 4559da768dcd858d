package io.botfsm.redis;

import io.botfsm.redis.spi.RedisPort;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An estimate of the server's clock: this machine's clock, corrected by the difference that was measured when the
 * server was last asked, at most once a minute. All writers of a server thus share a clock, whatever their own clocks
 * show. If the server does not provide its time, or not to this user, this machine's clock is used. Thread-safe.
 */
final class ServerClock implements InstantSource {
    private static final long INTERVAL_NANOS = TimeUnit.MINUTES.toNanos(1);
    private static final Pattern TIME = Pattern.compile("(?m)^server_time_usec:(\\d{1,18})\\s*$");

    private final RedisPort server;
    private final InstantSource own;
    private final AtomicLong lastQuery;
    private volatile long aheadMicros;

    /** Asks the server at once; does not wait for its answer. */
    ServerClock(RedisPort server) {
        this(server, InstantSource.system());
    }

    ServerClock(RedisPort server, InstantSource own) {
        this.server = server;
        this.own = own;
        this.lastQuery = new AtomicLong(System.nanoTime());
        ask();
    }

    /** Never blocks, never fails. */
    @Override
    public Instant instant() {
        long last = lastQuery.get();
        long now = System.nanoTime();
        if (now - last >= INTERVAL_NANOS && lastQuery.compareAndSet(last, now)) {
            ask();
        }
        return own.instant().plusNanos(TimeUnit.MICROSECONDS.toNanos(aheadMicros));
    }

    private void ask() {
        long before = micros();
        try {
            var unused = server.info("server").whenComplete((info, failure) -> answered(before, info));
        } catch (RuntimeException e) { // as if it had not answered: the last difference stays
        }
    }

    private void answered(long before, @Nullable String info) {
        Matcher time = TIME.matcher(info == null ? "" : info);
        if (time.find()) {
            aheadMicros = Long.parseLong(time.group(1)) - (before + micros()) / 2;
        }
    }

    private long micros() {
        Instant now = own.instant();
        return TimeUnit.SECONDS.toMicros(now.getEpochSecond()) + TimeUnit.NANOSECONDS.toMicros(now.getNano());
    }
}
