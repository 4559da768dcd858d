/** The bot at a terminal: one line, one message. A bot on Telegram would have another package in its place. */
@NullMarked
package io.botfsm.examples.onboarding.terminal;

import org.jspecify.annotations.NullMarked;
