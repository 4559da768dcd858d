/**
 * A real Redis with nothing to install, shared by all bots on one data folder. For trying the example; a bot in earnest
 * gets the address of a Redis that somebody runs.
 */
@NullMarked
package io.botfsm.examples.onboarding.embedded;

import org.jspecify.annotations.NullMarked;
