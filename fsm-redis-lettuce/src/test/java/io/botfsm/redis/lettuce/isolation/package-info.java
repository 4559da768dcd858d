/** Event isolation across processes that share a real Redis. */
@NullMarked
package io.botfsm.redis.lettuce.isolation;

import org.jspecify.annotations.NullMarked;
