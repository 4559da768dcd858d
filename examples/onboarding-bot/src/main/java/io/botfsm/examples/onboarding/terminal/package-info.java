/** The bot at a terminal: one line, one message. On Telegram another package has its place. */
@NullMarked
package io.botfsm.examples.onboarding.terminal;

import org.jspecify.annotations.NullMarked;
