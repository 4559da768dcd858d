/**
 * What a bot reports about itself to any monitoring system: {@link io.botfsm.monitoring.HealthCheck health checks}, and
 * the numbers of pollers and senders.
 */
@NullMarked
package io.botfsm.monitoring;

import org.jspecify.annotations.NullMarked;
