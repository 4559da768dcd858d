/**
 * Updates of one conversation one after another, different ones in parallel:
 * {@link io.botfsm.isolation.EventIsolation}.
 */
@NullMarked
package io.botfsm.isolation;

import org.jspecify.annotations.NullMarked;
