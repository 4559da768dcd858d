/** The inboxes of updates in Redis. Not a public API. */
@NullMarked
package io.botfsm.redis.inbox;

import org.jspecify.annotations.NullMarked;
