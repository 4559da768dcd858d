/**
 * The storage contract, for authors of storages and decorators: {@link io.botfsm.storage.StateStorage} with its two
 * operations, conversation keys, values and exceptions, and the decision function
 * {@link io.botfsm.storage.StoredConversation#apply} that all storages share. Adapters and decorators without further
 * dependencies are here too.
 */
@NullMarked
package io.botfsm.storage;

import org.jspecify.annotations.NullMarked;
