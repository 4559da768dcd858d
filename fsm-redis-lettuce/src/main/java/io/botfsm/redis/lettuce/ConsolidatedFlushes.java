package io.botfsm.redis.lettuce;

import io.lettuce.core.resource.NettyCustomizer;
import io.netty.channel.Channel;
import io.netty.handler.flush.FlushConsolidationHandler;

/**
 * Flushes commands that are started at the same time together, which saves system calls here and in Redis. A single
 * command is flushed at once. After {@value #COMMANDS} commands the first ones are flushed without waiting for the
 * rest, so that Redis works while more are started.
 */
final class ConsolidatedFlushes implements NettyCustomizer {
    private static final int COMMANDS = 12;

    @Override
    public void afterChannelInitialized(Channel channel) {
        channel.pipeline().addFirst(new FlushConsolidationHandler(COMMANDS, true));
    }
}
