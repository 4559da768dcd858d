package io.botfsm.redis.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A user of Redis with a password and no other rights than those, in the words of {@code ACL SETUSER}. Immutable.
 *
 * @param name without blanks
 * @param password without blanks, and nothing that a URI would encode
 * @param rights commands, and patterns of keys and channels
 */
public record RedisUser(String name, String password, List<String> rights) {
    /** With all that storages of conversations need, as docs/reference/redis-layout.md tells operators. */
    public static final RedisUser OF_CONVERSATIONS = new RedisUser(
            "bot",
            "hunter2",
            List.of(
                    "~fsm:*",
                    "+select",
                    "+info",
                    "+script|load",
                    "+evalsha",
                    "+eval",
                    "+hgetall",
                    "+hmget",
                    "+hset",
                    "+hdel",
                    "+hkeys",
                    "+del",
                    "+pexpire",
                    "+persist",
                    "+time"));

    /** With all that deadlines need besides, as docs/reference/redis-layout.md tells operators. */
    public static final RedisUser OF_DEADLINES = OF_CONVERSATIONS.with("+zadd", "+zrem", "+zscore", "+zrangebyscore");

    /** With all that inboxes need besides, as docs/reference/redis-layout.md tells operators. */
    public static final RedisUser OF_INBOXES =
            OF_CONVERSATIONS.with("+zadd", "+zrem", "+zscore", "+zrangebyscore", "+zcard");

    /** With all that finding conversations needs on one server, as docs/reference/redis-layout.md tells operators. */
    public static final RedisUser OF_OPERATORS = OF_CONVERSATIONS.with("+scan");

    /** With all that conversations in aiogram's layout need, as docs/reference/redis-layout.md tells operators. */
    public static final RedisUser OF_AIOGRAM = OF_CONVERSATIONS.with("+get", "+set");

    /** With all that stores of leases need, as docs/reference/redis-layout.md tells operators. */
    public static final RedisUser OF_LEASES = new RedisUser(
            "lock",
            "hunter2",
            List.of(
                    "~lock:*",
                    "resetchannels",
                    "&lock:*",
                    "+select",
                    "+info",
                    "+script|load",
                    "+evalsha",
                    "+eval",
                    "+get",
                    "+set",
                    "+pttl",
                    "+pexpire",
                    "+del",
                    "+time",
                    "+publish",
                    "+subscribe",
                    "+unsubscribe",
                    "+ping",
                    "+config|get"));

    public RedisUser {
        rights = List.copyOf(rights);
    }

    /** The same user without a right, which it must have. */
    public RedisUser without(String right) {
        List<String> left = new ArrayList<>(rights);
        if (!left.remove(right)) {
            throw new IllegalArgumentException(name + " has no " + right);
        }
        return new RedisUser(name, password, left);
    }

    /** The same user with more rights. */
    public RedisUser with(String... more) {
        return new RedisUser(
                name, password, Stream.concat(rights.stream(), Stream.of(more)).toList());
    }

    /** The commands that it may call, such as {@code script|load}. */
    public Stream<String> commands() {
        return rights.stream().filter(right -> right.startsWith("+")).map(right -> right.substring(1));
    }

    /** The line of a server's configuration file that makes this user. */
    public String setting() {
        return "user " + name + " on >" + password + " " + String.join(" ", rights);
    }

    /** Makes this user on a running server, or replaces the one of this name. */
    public void createOver(RespConnection admin) {
        List<String> words = new ArrayList<>(List.of("ACL", "SETUSER", name, "reset", "on", ">" + password));
        words.addAll(rights);
        admin.call(words.toArray(String[]::new));
    }

    /** A URI of this user's, from one without credentials. */
    public String in(String uri) {
        return uri.replaceFirst("://", "://" + name + ":" + password + "@");
    }
}
