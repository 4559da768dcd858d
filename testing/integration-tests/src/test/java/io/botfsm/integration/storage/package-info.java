/** Conversations that several processes, or programs on different clients, change at the same time. */
@NullMarked
package io.botfsm.integration.storage;

import org.jspecify.annotations.NullMarked;
