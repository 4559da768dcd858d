/** Meters and observations of a bot for Micrometer. Start with {@link io.botfsm.micrometer.BotMetrics}. */
@NullMarked
package io.botfsm.micrometer;

import org.jspecify.annotations.NullMarked;
