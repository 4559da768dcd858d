/**
 * What the Redis modules of this library share and applications do not need: scripts, keys, checks of a server. Not an
 * API.
 */
@NullMarked
package io.botfsm.redis.internal;

import org.jspecify.annotations.NullMarked;
