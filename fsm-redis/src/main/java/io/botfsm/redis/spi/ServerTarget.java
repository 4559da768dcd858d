package io.botfsm.redis.spi;

import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * The settings of a port for the server to which it is opened.
 *
 * @param name the server's name for errors and logs, without credentials
 * @param role when the server is asked whether it is a master
 * @param scripts loads the scripts into the server, on a new connection before it is used; a client with a pool need
 *     not call it, since a server that does not know a script receives it
 * @param subscriptions carries the port's subscriptions
 * @param onReplaced called when commands start to use another connection or server process
 * @param onClose closes what belongs to the port, after its connections are closed
 */
public record ServerTarget(
        String name,
        RoleCheck role,
        Function<RedisPort, CompletionStage<Void>> scripts,
        Subscriptions subscriptions,
        Runnable onReplaced,
        Runnable onClose) {
    /** Returns the target for further connections of the same port. */
    public ServerTarget shared() {
        return new ServerTarget(name, role, scripts, subscriptions, () -> {}, () -> {});
    }
}
