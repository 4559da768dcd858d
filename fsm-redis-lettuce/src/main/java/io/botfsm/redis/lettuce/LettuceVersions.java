package io.botfsm.redis.lettuce;

import io.botfsm.redis.spi.ClientVersion;
import io.botfsm.redis.spi.UnsupportedClientException;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.MaintNotificationsConfig;
import io.lettuce.core.RedisURI;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.util.concurrent.EventExecutor;

/** The versions of Lettuce that work, and what differs between them: this code is compiled with the newest. */
final class LettuceVersions {
    private static final ClientVersion SUPPORTED =
            new ClientVersion("Lettuce", "io.lettuce:lettuce-core", "6.6", "7.7");

    /** Lettuce 6 runs on Netty 4.1, on which it depends, but a framework may keep that version for Lettuce 7. */
    private static final ClientVersion NETTY_FOR_7 =
            new ClientVersion("Netty", "io.netty:netty-common", "4.2", "4.2.13");

    private LettuceVersions() {}

    /**
     * Checks the versions. Must be called before anything else of Lettuce is used.
     *
     * @throws UnsupportedClientException if Lettuce is too old, or Netty for Lettuce
     */
    static void require() {
        SUPPORTED.require(RedisURI.class, () -> ClientOptions.ReauthenticateBehavior.class);
        if (isSeven()) {
            NETTY_FOR_7.require(EventExecutor.class, () -> MultiThreadIoEventLoopGroup.class, "for Lettuce 7");
        }
    }

    private static boolean isSeven() {
        try {
            return MaintNotificationsConfig.disabled() != null;
        } catch (LinkageError e) {
            return false;
        }
    }

    /**
     * Turns off maintenance notifications, which Lettuce requests from the server since 7.0; earlier versions have no
     * such option.
     */
    static void withoutMaintenanceNotices(ClientOptions.Builder options) {
        try {
            options.maintNotificationsConfig(MaintNotificationsConfig.disabled());
        } catch (LinkageError e) {
            // Lettuce 6 has no such notifications.
        }
    }
}
