/**
 * The contract between conversations and where they are kept, for authors of storages and decorators:
 * {@link io.botfsm.storage.StateStorage} with its two operations, the key of a conversation, the values and exceptions,
 * the one decision function {@link io.botfsm.storage.StoredConversation#apply}, and what needs nothing else.
 */
@NullMarked
package io.botfsm.storage;

import org.jspecify.annotations.NullMarked;
