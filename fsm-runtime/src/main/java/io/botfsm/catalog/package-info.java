/**
 * Maintenance of the conversations that a {@link io.botfsm.storage.catalog.ConversationCatalog} finds: erasing them
 * ({@link io.botfsm.catalog.Erasure}), moving a chat ({@link io.botfsm.catalog.ChatMove}), export and import as JSON
 * lines ({@link io.botfsm.catalog.ConversationExport}, {@link io.botfsm.catalog.ConversationImport}), and finding what
 * a build cannot read ({@link io.botfsm.catalog.Preflight}).
 */
@NullMarked
package io.botfsm.catalog;

import org.jspecify.annotations.NullMarked;
