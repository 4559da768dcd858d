/** Meters of a bot for Micrometer. {@link io.botfsm.micrometer.BotMetrics} is where to begin. */
@NullMarked
package io.botfsm.micrometer;

import org.jspecify.annotations.NullMarked;
