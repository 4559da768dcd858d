/** Checks of text from users, for every package of this module. */
@NullMarked
package io.botfsm.internal.text;

import org.jspecify.annotations.NullMarked;
