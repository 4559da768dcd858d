/** Tests; {@link io.botfsm.lifecycle.HandLock} is a lock that does at once what a test wants of it. */
@NullMarked
package io.botfsm.lifecycle;

import org.jspecify.annotations.NullMarked;
