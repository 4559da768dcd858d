/** Tests; {@link io.botfsm.lifecycle.HandLock} is a lock that a test controls. */
@NullMarked
package io.botfsm.lifecycle;

import org.jspecify.annotations.NullMarked;
