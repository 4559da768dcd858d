/**
 * Spring Boot: what is on the class path and in {@code botfsm.*} properties becomes a bot, with a storage, an instance
 * lock, polling or a webhook, health, an actuator endpoint and metrics.
 */
@NullMarked
package io.botfsm.spring;

import org.jspecify.annotations.NullMarked;
