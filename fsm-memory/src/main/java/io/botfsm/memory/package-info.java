/** Conversation storage in process memory: {@link io.botfsm.memory.MemoryStateStorage}. */
@NullMarked
package io.botfsm.memory;

import org.jspecify.annotations.NullMarked;
