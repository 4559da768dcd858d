/** What an adapter of a client with a pool and blocking calls needs beside {@link io.botfsm.redis.spi}. */
@NullMarked
package io.botfsm.redis.spi.blocking;

import org.jspecify.annotations.NullMarked;
