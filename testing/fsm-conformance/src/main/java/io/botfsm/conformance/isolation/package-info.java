/**
 * The rules that every event isolation must follow, as tests. Extend
 * {@link io.botfsm.conformance.isolation.EventIsolationConformance} for one within a process,
 * {@link io.botfsm.conformance.isolation.SharedEventIsolationConformance} for one across processes.
 */
@NullMarked
package io.botfsm.conformance.isolation;

import org.jspecify.annotations.NullMarked;
