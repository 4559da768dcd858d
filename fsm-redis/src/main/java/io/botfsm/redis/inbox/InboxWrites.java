package io.botfsm.redis.inbox;

import io.botfsm.redis.spi.RedisScripts;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * How scripts that change an inbox run.
 *
 * @param scripts the server, which may confirm each
 * @param confirmed returns the reply of a script without its confirmation, or throws if that is missing
 */
public record InboxWrites(RedisScripts scripts, UnaryOperator<List<Object>> confirmed) {}
