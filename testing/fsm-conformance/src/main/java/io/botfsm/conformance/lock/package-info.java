/**
 * The rules I01 to I14 that every instance lock must follow, as tests. Extend
 * {@link io.botfsm.conformance.lock.InstanceLockConformance}.
 */
@NullMarked
package io.botfsm.conformance.lock;

import org.jspecify.annotations.NullMarked;
