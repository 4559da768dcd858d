/** The queue of deadlines of conversations in Redis, and its index. Not an API. */
@NullMarked
package io.botfsm.redis.deadline;

import org.jspecify.annotations.NullMarked;
