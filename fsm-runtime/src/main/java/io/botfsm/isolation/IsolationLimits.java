package io.botfsm.isolation;

import java.time.Duration;
import java.util.Optional;

/**
 * How many handlers an isolation takes, and for how long.
 *
 * @param perConversation how many of one conversation may wait or run
 * @param inTotal how many may wait or run in total
 * @param submitTimeout how long submitting waits for room in total
 * @param handlerTimeout after which a handler is interrupted; never if empty
 */
record IsolationLimits(int perConversation, int inTotal, Duration submitTimeout, Optional<Duration> handlerTimeout) {}
