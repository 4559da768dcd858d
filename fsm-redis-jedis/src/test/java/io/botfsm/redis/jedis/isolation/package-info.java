/** Event isolation across processes that share a real Redis. */
@NullMarked
package io.botfsm.redis.jedis.isolation;

import org.jspecify.annotations.NullMarked;
