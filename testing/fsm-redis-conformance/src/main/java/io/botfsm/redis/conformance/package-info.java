/**
 * The numbered rules that every Redis port keeps, as tests: extend
 * {@link io.botfsm.redis.conformance.RedisPortConformance} for a client's.
 */
@NullMarked
package io.botfsm.redis.conformance;

import org.jspecify.annotations.NullMarked;
