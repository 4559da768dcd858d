/**
 * Transitions between states: the rules that say which are allowed, and decorators of a
 * {@link io.botfsm.storage.StateStorage} that enforce the rules, log every transition, or notify listeners.
 */
@NullMarked
package io.botfsm.transition;

import org.jspecify.annotations.NullMarked;
