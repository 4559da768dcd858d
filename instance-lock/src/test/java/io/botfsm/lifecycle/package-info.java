/** Tests; {@link io.botfsm.lifecycle.ManualLock} is a lock that a test controls. */
@NullMarked
package io.botfsm.lifecycle;

import org.jspecify.annotations.NullMarked;
