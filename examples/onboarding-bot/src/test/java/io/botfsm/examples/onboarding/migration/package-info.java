@NullMarked
package io.botfsm.examples.onboarding.migration;

import org.jspecify.annotations.NullMarked;
