/** What this library's own parts keep in a conversation, apart from the data of the bot's handlers. */
@NullMarked
package io.botfsm.internal.scope;

import org.jspecify.annotations.NullMarked;
