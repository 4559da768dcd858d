/**
 * The contract between conversations and where they are kept, for authors of storages and decorators:
 * {@link io.botfsm.storage.StateStorage} with its two operations, their values, the one decision function
 * {@link io.botfsm.storage.StoredConversation#apply}, and the decorators that need nothing else.
 */
@NullMarked
package io.botfsm.storage;

import org.jspecify.annotations.NullMarked;
