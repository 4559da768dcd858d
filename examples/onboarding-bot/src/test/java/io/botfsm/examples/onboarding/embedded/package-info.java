@NullMarked
package io.botfsm.examples.onboarding.embedded;

import org.jspecify.annotations.NullMarked;
