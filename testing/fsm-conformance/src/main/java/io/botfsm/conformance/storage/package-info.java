/**
 * The numbered rules that every conversation storage must follow, as tests. Extend
 * {@link io.botfsm.conformance.storage.StateStorageConformance} for a storage,
 * {@link io.botfsm.conformance.storage.StateStorageDecoratorConformance} for a decorator.
 */
@NullMarked
package io.botfsm.conformance.storage;

import org.jspecify.annotations.NullMarked;
