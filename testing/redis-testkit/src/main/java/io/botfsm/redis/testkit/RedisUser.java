package io.botfsm.redis.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A user of Redis with a password and exactly these rights, in the syntax of {@code ACL SETUSER}. Immutable.
 *
 * @param name without blanks
 * @param password without blanks, and nothing that a URI would encode
 * @param rights commands, and patterns of keys and channels
 */
public record RedisUser(String name, String password, List<String> rights) {
    /** A user with the permissions for conversations, as docs/reference/redis-layout.md documents them. */
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

    /** The same with the additional permissions for deadlines, as docs/reference/redis-layout.md documents them. */
    public static final RedisUser OF_DEADLINES = OF_CONVERSATIONS.with("+zadd", "+zrem", "+zscore", "+zrangebyscore");

    /** The same with the additional permissions for inboxes, as docs/reference/redis-layout.md documents them. */
    public static final RedisUser OF_INBOXES =
            OF_CONVERSATIONS.with("+zadd", "+zrem", "+zscore", "+zrangebyscore", "+zcard");

    /**
     * A user with the permissions for finding conversations on one server, as docs/reference/redis-layout.md documents
     * them.
     */
    public static final RedisUser OF_OPERATORS = OF_CONVERSATIONS.with("+scan");

    /**
     * A user with the permissions for conversations in aiogram's layout, as docs/reference/redis-layout.md documents
     * them.
     */
    public static final RedisUser OF_AIOGRAM = OF_CONVERSATIONS.with("+get", "+set");

    /** A user with the permissions for leases, as docs/reference/redis-layout.md documents them. */
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

    /** Adds this user's credentials to a URI without any. */
    public String in(String uri) {
        return uri.replaceFirst("://", "://" + name + ":" + password + "@");
    }
}
