/**
 * Conversation keys of updates in the types of pengrad's java-telegram-bot-api: {@link io.botfsm.pengrad.UpdateKeys}.
 */
@NullMarked
package io.botfsm.pengrad;

import org.jspecify.annotations.NullMarked;
