@NullMarked
package io.botfsm.examples.onboarding.telegram;

import org.jspecify.annotations.NullMarked;
