/** Parts shared by several suites. Not exported. */
@NullMarked
package io.botfsm.conformance.internal;

import org.jspecify.annotations.NullMarked;
