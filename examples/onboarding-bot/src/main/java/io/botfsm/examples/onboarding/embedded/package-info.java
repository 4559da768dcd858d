/**
 * A real Redis with nothing to install, shared by all bots on one data folder. For trying out the example; a real bot
 * is given the address of an existing Redis.
 */
@NullMarked
package io.botfsm.examples.onboarding.embedded;

import org.jspecify.annotations.NullMarked;
