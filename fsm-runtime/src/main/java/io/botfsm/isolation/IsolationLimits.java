package io.botfsm.isolation;

import java.time.Duration;
import java.util.Optional;

/**
 * The limits of an isolation.
 *
 * @param perConversation how many handlers of one conversation may wait or run
 * @param inTotal how many handlers may wait or run in total
 * @param submitTimeout how long submitting waits for room in total
 * @param handlerTimeout the time after which a handler is interrupted; never if empty
 */
record IsolationLimits(int perConversation, int inTotal, Duration submitTimeout, Optional<Duration> handlerTimeout) {}
