/**
 * The common parts of the conformance suites: what a test class can do with its backend, what a rule needs, and the
 * gaps where a rule cannot be checked. The suites are in the packages of their subjects: {@code storage},
 * {@code lease}, {@code lock} and {@code isolation}.
 */
@NullMarked
package io.botfsm.conformance;

import org.jspecify.annotations.NullMarked;
