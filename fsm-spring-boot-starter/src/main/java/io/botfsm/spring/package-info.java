/**
 * Spring Boot support: configures a bot from the class path and the {@code botfsm.*} properties, with a storage, an
 * instance lock, polling or a webhook, health, an actuator endpoint and metrics.
 */
@NullMarked
package io.botfsm.spring;

import org.jspecify.annotations.NullMarked;
