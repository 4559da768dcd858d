/**
 * The bot itself: what it asks, and how it goes on. Knows neither the messenger nor the storage;
 * {@link io.botfsm.examples.onboarding.OnboardingFlow} is where to begin.
 */
@NullMarked
package io.botfsm.examples.onboarding;

import org.jspecify.annotations.NullMarked;
