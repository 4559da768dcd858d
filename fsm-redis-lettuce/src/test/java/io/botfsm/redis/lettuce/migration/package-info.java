@NullMarked
package io.botfsm.redis.lettuce.migration;

import org.jspecify.annotations.NullMarked;
