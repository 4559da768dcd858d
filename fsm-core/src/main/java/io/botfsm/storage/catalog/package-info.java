/**
 * Finding conversations without knowing their keys, for operators and maintenance:
 * {@link io.botfsm.storage.catalog.ConversationCatalog}, which a storage may offer.
 */
@NullMarked
package io.botfsm.storage.catalog;

import org.jspecify.annotations.NullMarked;
