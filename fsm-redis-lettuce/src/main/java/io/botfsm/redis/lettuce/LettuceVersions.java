package io.botfsm.redis.lettuce;

import io.botfsm.redis.UnsupportedClientException;
import io.botfsm.redis.spi.ClientVersion;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.MaintNotificationsConfig;
import io.lettuce.core.RedisURI;

/** The versions of Lettuce that work, and what differs between them: this code is compiled with the newest. */
final class LettuceVersions {
    private static final ClientVersion SUPPORTED =
            new ClientVersion("Lettuce", "io.lettuce:lettuce-core", "6.6", "7.7");

    private LettuceVersions() {}

    /**
     * Has to come before anything else of Lettuce is used.
     *
     * @throws UnsupportedClientException if Lettuce is too old
     */
    static void require() {
        SUPPORTED.require(RedisURI.class, () -> ClientOptions.ReauthenticateBehavior.class);
    }

    /** Turns off the notices of maintenance, for which a client since 7.0 asks the server; earlier ones know none. */
    static void withoutMaintenanceNotices(ClientOptions.Builder options) {
        try {
            options.maintNotificationsConfig(MaintNotificationsConfig.disabled());
        } catch (LinkageError e) {
            // There are none.
        }
    }
}
