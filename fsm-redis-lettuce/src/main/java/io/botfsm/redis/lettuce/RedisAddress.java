package io.botfsm.redis.lettuce;

import io.botfsm.redis.spi.RedisUri;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SslVerifyMode;

/** What Lettuce calls what {@link RedisUri} says, and the other way round. */
final class RedisAddress {
    private RedisAddress() {}

    /**
     * One server.
     *
     * @throws IllegalArgumentException if it is not of one server
     */
    static RedisURI of(RedisUri uri) {
        RedisURI.Builder builder = builder(uri.requireOneServer())
                .withDatabase(uri.database())
                .withSsl(uri.isTls())
                .withVerifyPeer(
                        switch (uri.peerCheck()) {
                            case FULL -> SslVerifyMode.FULL;
                            case CA -> SslVerifyMode.CA;
                            case NONE -> SslVerifyMode.NONE;
                        });
        uri.timeout().ifPresent(builder::withTimeout);
        uri.password()
                .map(String::toCharArray)
                .ifPresent(password -> uri.user()
                        .ifPresentOrElse(
                                user -> builder.withAuthentication(user, password),
                                () -> builder.withPassword(password)));
        return builder.build();
    }

    private static RedisURI.Builder builder(RedisUri uri) {
        if (uri.socket().isPresent()) {
            return RedisURI.Builder.socket(uri.socket().get());
        }
        RedisUri.Node node = uri.nodes().get(0);
        return RedisURI.Builder.redis(node.host(), node.port());
    }

    /** The server as errors and logs name it, without credentials. */
    static String name(RedisURI uri) {
        RedisUri.Builder name = RedisUri.builder().database(uri.getDatabase()).tls(uri.isSsl());
        if (uri.getSocket() != null) {
            name.socket(uri.getSocket());
        } else {
            name.node(uri.getHost(), uri.getPort());
        }
        return name.build().toString();
    }
}
