/** What several suites are made of. Not exported. */
@NullMarked
package io.botfsm.conformance.internal;

import org.jspecify.annotations.NullMarked;
