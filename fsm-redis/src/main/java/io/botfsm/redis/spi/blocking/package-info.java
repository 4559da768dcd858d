/** Classes for adapters of clients with a pool and blocking calls, in addition to {@link io.botfsm.redis.spi}. */
@NullMarked
package io.botfsm.redis.spi.blocking;

import org.jspecify.annotations.NullMarked;
