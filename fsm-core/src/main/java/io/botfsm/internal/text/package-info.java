/** Checks and prints text from users, for this module and other modules of this library. */
@NullMarked
package io.botfsm.internal.text;

import org.jspecify.annotations.NullMarked;
