/**
 * Keeping updates that a messenger was told are received before they have been handled:
 * {@link io.botfsm.storage.inbox.UpdateInbox}, which a storage may offer.
 */
@NullMarked
package io.botfsm.storage.inbox;

import org.jspecify.annotations.NullMarked;
