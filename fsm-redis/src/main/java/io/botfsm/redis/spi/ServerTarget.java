package io.botfsm.redis.spi;

import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * What a port has to know of the server to which it is opened.
 *
 * @param name the server's name for errors and logs, without credentials
 * @param role when the server must say that it is a master
 * @param scripts lets the server know the scripts, on a new connection before it is used; a client with a pool need
 *     not, since a server that does not know a script receives it
 * @param subscriptions carries the port's subscriptions
 * @param onReplaced notified when commands go to another connection or server process than before
 * @param onClose ends what belongs to the port, once its connections are closed
 */
public record ServerTarget(
        String name,
        RoleCheck role,
        Function<RedisPort, CompletionStage<Void>> scripts,
        Subscriptions subscriptions,
        Runnable onReplaced,
        Runnable onClose) {
    /** The same server for further connections of the same port. */
    public ServerTarget shared() {
        return new ServerTarget(name, role, scripts, subscriptions, () -> {}, () -> {});
    }
}
