/**
 * Scans of keys in Redis, and the catalog of conversations: which servers and slots a scan has to look at so that it
 * misses nothing while servers restart and slots move. Not an API.
 */
@NullMarked
package io.botfsm.redis.catalog;

import org.jspecify.annotations.NullMarked;
