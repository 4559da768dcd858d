@NullMarked
package io.botfsm.examples.onboarding.terminal;

import org.jspecify.annotations.NullMarked;
