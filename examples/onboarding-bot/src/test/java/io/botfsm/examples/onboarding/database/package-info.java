@NullMarked
package io.botfsm.examples.onboarding.database;

import org.jspecify.annotations.NullMarked;
