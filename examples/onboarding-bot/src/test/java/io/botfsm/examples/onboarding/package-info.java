@NullMarked
package io.botfsm.examples.onboarding;

import org.jspecify.annotations.NullMarked;
