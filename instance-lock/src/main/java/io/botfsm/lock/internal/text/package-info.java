/** Checks of text from users and other processes, for every package of this module. */
@NullMarked
package io.botfsm.lock.internal.text;

import org.jspecify.annotations.NullMarked;
