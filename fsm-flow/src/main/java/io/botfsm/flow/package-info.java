/** Dialogs: what to ask in each state, and what to do with the answer. Begin with {@link io.botfsm.flow.Flow#of}. */
@NullMarked
package io.botfsm.flow;

import org.jspecify.annotations.NullMarked;
