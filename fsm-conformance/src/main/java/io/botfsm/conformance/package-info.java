/**
 * The numbered rules that every storage keeps, as tests: extend {@link io.botfsm.conformance.StateStorageConformance} for a
 * storage, {@link io.botfsm.conformance.StateStorageDecoratorConformance} for a decorator.
 */
@NullMarked
package io.botfsm.conformance;

import org.jspecify.annotations.NullMarked;
