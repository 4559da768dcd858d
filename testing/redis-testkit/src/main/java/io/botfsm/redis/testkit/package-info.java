/** Real Redis servers, clusters, Sentinels and a fault proxy for the tests of this project. Not published. */
@NullMarked
package io.botfsm.redis.testkit;

import org.jspecify.annotations.NullMarked;
