package io.botfsm.redis.lettuce;

import io.botfsm.redis.spi.RedisUri;
import io.botfsm.redis.spi.RedisUri.Node;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SslVerifyMode;
import io.lettuce.core.resource.EpollProvider;
import io.lettuce.core.resource.KqueueProvider;
import java.util.Optional;

/** Converts a {@link RedisUri} to Lettuce's URI, and back. */
final class LettuceUris {
    private LettuceUris() {}

    /** Returns the URI of a server, of the first of several, or of Sentinels. */
    static RedisURI of(RedisUri uri) {
        RedisURI.Builder builder = builder(uri).withDatabase(uri.database());
        uri.timeout().ifPresent(builder::withTimeout);
        authenticated(builder, uri.user(), uri.password());
        RedisURI master = secured(builder, uri).build();
        uri.masterName().ifPresent(name -> {
            master.setSentinelMasterId(name);
            uri.nodes().forEach(node -> {
                RedisURI.Builder sentinel = secured(redis(node), uri);
                authenticated(sentinel, uri.sentinelUser(), uri.sentinelPassword());
                master.getSentinels().add(sentinel.build());
            });
        });
        return master;
    }

    private static void authenticated(RedisURI.Builder builder, Optional<String> user, Optional<String> password) {
        password.map(String::toCharArray)
                .ifPresent(secret -> user.ifPresentOrElse(
                        name -> builder.withAuthentication(name, secret), () -> builder.withPassword(secret)));
    }

    private static RedisURI.Builder builder(RedisUri uri) {
        return uri.socket().isPresent()
                ? RedisURI.Builder.socket(uri.socket().get())
                : redis(uri.nodes().get(0));
    }

    private static RedisURI.Builder redis(Node node) {
        return RedisURI.Builder.redis(node.host(), node.port());
    }

    private static RedisURI.Builder secured(RedisURI.Builder builder, RedisUri uri) {
        return builder.withSsl(uri.isTls())
                .withVerifyPeer(
                        switch (uri.peerCheck()) {
                            case FULL -> SslVerifyMode.FULL;
                            case CA -> SslVerifyMode.CA;
                            case NONE -> SslVerifyMode.NONE;
                        });
    }

    /** Returns the URI of a node, with the settings of another server or of a master behind Sentinels. */
    static RedisURI at(RedisURI settings, Node node) {
        return RedisURI.builder(settings)
                .withHost(node.host())
                .withPort(node.port())
                .build();
    }

    /** Returns a copy that its owner cannot change; Lettuce's own copy omits the Sentinels. */
    static RedisURI copy(RedisURI uri) {
        RedisURI.Builder builder = RedisURI.builder(uri);
        uri.getSentinels().forEach(sentinel -> builder.withSentinel(copy(sentinel)));
        RedisURI copy = builder.build();
        copy.setSentinelMasterId(uri.getSentinelMasterId());
        return copy;
    }

    static Node node(RedisURI uri) {
        return new Node(uri.getHost(), uri.getPort());
    }

    /**
     * Returns the address of a URI, without credentials. The timeout is included unless it is Lettuce's default, or
     * zero, which means none.
     */
    static RedisUri described(RedisURI uri) {
        RedisUri.Builder there = RedisUri.builder().database(uri.getDatabase()).tls(uri.isSsl());
        if (uri.getSocket() != null) {
            there.socket(uri.getSocket());
        } else if (uri.getSentinels().isEmpty()) {
            there.node(uri.getHost(), uri.getPort());
        } else {
            there.masterName(uri.getSentinelMasterId());
            uri.getSentinels().forEach(sentinel -> there.node(sentinel.getHost(), sentinel.getPort()));
        }
        if (!uri.getTimeout().isZero() && !uri.getTimeout().equals(RedisURI.DEFAULT_TIMEOUT_DURATION)) {
            there.timeout(uri.getTimeout());
        }
        return there.build();
    }

    /**
     * Checks that the server can be reached with the available transports.
     *
     * @throws IllegalArgumentException if the URI names a Unix socket, for which Netty's native transport is missing
     */
    static void requireNativeTransport(RedisURI uri) {
        if (uri.getSocket() != null && !EpollProvider.isAvailable() && !KqueueProvider.isAvailable()) {
            throw new IllegalArgumentException(described(uri)
                    + ": a Unix socket needs Netty's native transport on the class path: netty-transport-native-epoll"
                    + " on Linux, netty-transport-native-kqueue on macOS");
        }
    }
}
