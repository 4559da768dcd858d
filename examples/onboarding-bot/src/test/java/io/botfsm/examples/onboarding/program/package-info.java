@NullMarked
package io.botfsm.examples.onboarding.program;

import org.jspecify.annotations.NullMarked;
