package io.botfsm.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.botfsm.redis.internal.ServerProbe;
import io.botfsm.redis.spi.RedisPort;
import io.botfsm.redis.spi.RedisPort.FollowedScripts;
import io.botfsm.redis.spi.RedisPortException;
import io.botfsm.storage.StorageRefusedException;
import io.botfsm.storage.StorageUnavailableException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletionStage;

/**
 * Checks a server before storages are created: it must be new enough, know the scripts, and give the user every
 * permission that the scripts need. A script that failed halfway for lack of a permission would leave half a write
 * behind, since Redis does not roll scripts back.
 *
 * <p>Thread-safe. Leaves nothing in the database.
 */
final class RedisServerCheck {
    /** How long a client may take to open one more connection. */
    private static final Duration CONNECTING = Duration.ofSeconds(3);

    private final RedisPort port;
    private final Duration timeout;
    private final ServerProbe probe;

    /**
     * A check over a client.
     *
     * @param port the client, connected
     * @param server the server's name for errors, without credentials
     * @param timeout how long each command may take
     */
    RedisServerCheck(RedisPort port, String server, Duration timeout) {
        this.port = port;
        this.timeout = timeout;
        this.probe = new ServerProbe(port, server, timeout);
    }

    /**
     * Checks the version, loads the scripts of conversations and tries the permissions that those need. Blocks.
     *
     * @param keyPrefix what the storage's keys begin with
     * @throws StorageRefusedException if the server is too old or a permission is missing; the message names it
     * @throws StorageUnavailableException if the server does not answer, or temporarily rejects a request; also when
     *     interrupted, with the flag set again
     */
    void run(String keyPrefix) {
        probe.requireVersion();
        probe.load(Scripts.OF_CONVERSATIONS);
        checkRights(keyPrefix);
    }

    /**
     * Checks whether the server can confirm the required durability. Blocks.
     *
     * @param keyPrefix what the storage's keys begin with
     * @throws StorageRefusedException if the server cannot confirm it, does not know the command that waits, or the
     *     user has no permission for that command
     * @throws StorageUnavailableException if the server does not answer
     */
    void runForDurability(String keyPrefix, Durability wanted) {
        String command = new String(wanted.command().get(0), UTF_8);
        byte[] key = probeKey(keyPrefix);
        try (FollowedScripts scripts = port.followedBy(wanted.command())) {
            List<Object> reply = probe.await(
                    command,
                    scripts.eval(Scripts.PROBE.text(), List.of(key), List.of()),
                    timeout.plus(wanted.timeout()));
            if (reply.get(reply.size() - 1) instanceof RedisPortException failure) {
                throw probe.failed(command, failure);
            }
        }
    }

    /**
     * Checks the version, loads the scripts of leases and tries the permissions that leases need. Blocks.
     *
     * @param keyPrefix what the keys of leases begin with
     * @throws StorageRefusedException if the server is too old or a permission is missing; the message names it
     * @throws StorageUnavailableException if the server does not answer, or temporarily rejects a request; also when
     *     interrupted, with the flag set again
     */
    void runForLeases(String keyPrefix) {
        probe.requireVersion();
        probe.load(Scripts.OF_LEASES);
        checkRightsForLeases(keyPrefix);
    }

    /**
     * Loads every script of conversations into a server. Done on each new connection, since the server may have
     * restarted.
     *
     * @return fails as the port's stages do
     */
    static CompletionStage<Void> loadScripts(RedisPort port) {
        return ServerProbe.load(port, Scripts.OF_CONVERSATIONS);
    }

    /**
     * Loads every script of leases into a server. Done on each new connection, since the server may have restarted.
     *
     * @return fails as the port's stages do
     */
    static CompletionStage<Void> loadLeaseScripts(RedisPort port) {
        return ServerProbe.load(port, Scripts.OF_LEASES);
    }

    private void checkRights(String keyPrefix) {
        byte[] key = probeKey(keyPrefix);
        String on = " on keys " + keyPrefix + ":*";
        probe.await("HGETALL" + on, port.hgetall(key), timeout);
        probe.tryRights(Scripts.PROBE, List.of(key), on);
    }

    private static byte[] probeKey(String keyPrefix) {
        return (keyPrefix + ":{probe:" + UUID.randomUUID() + "}").getBytes(UTF_8);
    }

    private void checkRightsForLeases(String keyPrefix) {
        String lease = keyPrefix + ":{probe:" + UUID.randomUUID() + "}";
        String on = " on keys and channels " + keyPrefix + ":*";
        probe.tryRights(Scripts.LEASE_PROBE, List.of(lease.getBytes(UTF_8), (lease + ":fence").getBytes(UTF_8)), on);
        probe.asked("SUBSCRIBE" + on, () -> port.subscribe(lease, () -> {}), timeout.plus(CONNECTING))
                .close();
    }
}
