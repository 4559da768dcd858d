/**
 * Keeping updates that were acknowledged to the messenger before they have been handled:
 * {@link io.botfsm.storage.inbox.UpdateInbox}, an extension that a storage may offer.
 */
@NullMarked
package io.botfsm.storage.inbox;

import org.jspecify.annotations.NullMarked;
