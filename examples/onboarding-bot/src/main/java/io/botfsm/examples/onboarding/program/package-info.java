/** The program: {@link io.botfsm.examples.onboarding.program.Main} puts storage, lock, flow and messenger together. */
@NullMarked
package io.botfsm.examples.onboarding.program;

import org.jspecify.annotations.NullMarked;
