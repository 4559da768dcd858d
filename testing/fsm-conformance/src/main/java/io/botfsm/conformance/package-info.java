/**
 * What the conformance suites have in common: what a test class can do with its backend, what a rule needs, and the
 * gaps where it cannot be checked. The suites are in the packages of their subjects: {@code storage}, {@code lease},
 * {@code lock} and {@code isolation}.
 */
@NullMarked
package io.botfsm.conformance;

import org.jspecify.annotations.NullMarked;
