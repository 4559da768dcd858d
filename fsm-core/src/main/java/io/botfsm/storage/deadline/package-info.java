/**
 * Finding conversations whose deadline has passed: {@link io.botfsm.storage.deadline.DeadlineQueue}, which a storage
 * may offer.
 */
@NullMarked
package io.botfsm.storage.deadline;

import org.jspecify.annotations.NullMarked;
