/**
 * Handling of the updates of one conversation one after another, and of different conversations in parallel:
 * {@link io.botfsm.isolation.EventIsolation}.
 */
@NullMarked
package io.botfsm.isolation;

import org.jspecify.annotations.NullMarked;
