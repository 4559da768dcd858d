/** The registered states and the names under which they are stored, for the packages of this module that need both. */
@NullMarked
package io.botfsm.internal.state;

import org.jspecify.annotations.NullMarked;
