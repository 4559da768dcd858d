/** The updates that wait in Redis. Not an API. */
@NullMarked
package io.botfsm.redis.inbox;

import org.jspecify.annotations.NullMarked;
