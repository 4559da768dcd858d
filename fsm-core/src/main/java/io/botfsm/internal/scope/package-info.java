/** Data that components of this library store in a conversation, separate from the data of the bot's handlers. */
@NullMarked
package io.botfsm.internal.scope;

import org.jspecify.annotations.NullMarked;
