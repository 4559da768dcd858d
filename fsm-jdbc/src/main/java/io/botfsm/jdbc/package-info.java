/** Conversations and leases in a SQL database: {@link io.botfsm.jdbc.BotDatabase}. */
@NullMarked
package io.botfsm.jdbc;

import org.jspecify.annotations.NullMarked;
