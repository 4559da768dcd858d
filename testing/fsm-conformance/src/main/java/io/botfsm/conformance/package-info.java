/**
 * The numbered rules that every storage and every lease store keeps, as tests: extend
 * {@link io.botfsm.conformance.StateStorageConformance} for a storage,
 * {@link io.botfsm.conformance.StateStorageDecoratorConformance} for a decorator,
 * {@link io.botfsm.conformance.LeaseStoreConformance} for a lease store.
 */
@NullMarked
package io.botfsm.conformance;

import org.jspecify.annotations.NullMarked;
