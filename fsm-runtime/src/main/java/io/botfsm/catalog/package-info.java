/**
 * Maintenance of the conversations that a {@link io.botfsm.storage.catalog.ConversationCatalog} finds:
 * {@link io.botfsm.catalog.Erasure}.
 */
@NullMarked
package io.botfsm.catalog;

import org.jspecify.annotations.NullMarked;
