/** The tests that every Redis client of this project passes, and what they are made of. Not published. */
@NullMarked
package io.botfsm.redis.client.testing;

import org.jspecify.annotations.NullMarked;
