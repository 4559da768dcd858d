/**
 * What a bot reports to a monitoring system: {@link io.botfsm.monitoring.HealthCheck health checks}, and the status of
 * pollers and senders.
 */
@NullMarked
package io.botfsm.monitoring;

import org.jspecify.annotations.NullMarked;
