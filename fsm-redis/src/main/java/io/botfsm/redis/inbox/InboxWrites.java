package io.botfsm.redis.inbox;

import io.botfsm.redis.spi.RedisScripts;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * How scripts that change an inbox run.
 *
 * @param scripts runs the scripts on the server, which may confirm each of them
 * @param confirmed removes the confirmation from the reply of a script and returns the rest; throws if the confirmation
 *     is missing
 */
public record InboxWrites(RedisScripts scripts, UnaryOperator<List<Object>> confirmed) {}
