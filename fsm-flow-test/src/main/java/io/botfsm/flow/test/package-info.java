/** Tests of dialogs: {@link io.botfsm.flow.test.FlowTester}. */
@NullMarked
package io.botfsm.flow.test;

import org.jspecify.annotations.NullMarked;
