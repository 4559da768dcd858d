/** The command that takes over the conversations of an aiogram bot, or hands them back. */
@NullMarked
package io.botfsm.examples.migrate;

import org.jspecify.annotations.NullMarked;
