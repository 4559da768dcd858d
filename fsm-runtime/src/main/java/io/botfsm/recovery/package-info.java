/** Recovery of lost conversations from a second source: {@link io.botfsm.recovery.StateRecovery}. */
@NullMarked
package io.botfsm.recovery;

import org.jspecify.annotations.NullMarked;
