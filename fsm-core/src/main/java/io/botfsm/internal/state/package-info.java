/** The registered states and the names under which they are stored. */
@NullMarked
package io.botfsm.internal.state;

import org.jspecify.annotations.NullMarked;
