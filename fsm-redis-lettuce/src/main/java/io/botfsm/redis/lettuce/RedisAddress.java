package io.botfsm.redis.lettuce;

import io.botfsm.redis.spi.RedisUri;
import io.botfsm.redis.spi.RedisUri.Node;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SslVerifyMode;
import java.util.List;
import java.util.Optional;

/** What Lettuce calls what {@link RedisUri} says, and the other way round. */
final class RedisAddress {
    private RedisAddress() {}

    /** A server, the first of several, or Sentinels. */
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

    /** A server that is talked to like another one, or like the master of Sentinels. */
    static RedisURI at(RedisURI settings, Node node) {
        return RedisURI.builder(settings)
                .withHost(node.host())
                .withPort(node.port())
                .build();
    }

    /** A copy that its owner cannot change; Lettuce's own leaves out the Sentinels. */
    static RedisURI copy(RedisURI uri) {
        RedisURI.Builder builder = RedisURI.builder(uri);
        uri.getSentinels().forEach(sentinel -> builder.withSentinel(copy(sentinel)));
        RedisURI copy = builder.build();
        copy.setSentinelMasterId(uri.getSentinelMasterId());
        return copy;
    }

    /** The server, if it is one that is reached over the network. */
    static List<Node> nodes(RedisURI uri) {
        return uri.getSocket() == null && uri.getSentinels().isEmpty() ? List.of(node(uri)) : List.of();
    }

    /** The Sentinels, or the server, if it is one that is reached over the network. */
    static List<Node> addresses(RedisURI uri) {
        return uri.getSentinels().isEmpty()
                ? nodes(uri)
                : uri.getSentinels().stream().map(RedisAddress::node).toList();
    }

    static Node node(RedisURI uri) {
        return new Node(uri.getHost(), uri.getPort());
    }

    /** The server as errors and logs name it, without credentials. */
    static String name(RedisURI uri) {
        return name(uri, addresses(uri));
    }

    /** Nodes of a cluster as errors and logs name them, without credentials. */
    static String name(RedisURI uri, List<Node> nodes) {
        RedisUri.Builder name = RedisUri.builder().database(uri.getDatabase()).tls(uri.isSsl());
        if (uri.getSocket() != null) {
            name.socket(uri.getSocket());
        }
        if (uri.getSentinelMasterId() != null) {
            name.masterName(uri.getSentinelMasterId());
        }
        nodes.forEach(node -> name.node(node.host(), node.port()));
        return name.build().toString();
    }
}
