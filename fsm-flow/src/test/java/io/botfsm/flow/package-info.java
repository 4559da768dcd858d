/** Tests of flows. */
@NullMarked
package io.botfsm.flow;

import org.jspecify.annotations.NullMarked;
