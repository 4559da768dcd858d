package io.botfsm.examples.onboarding.program;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.filter.Filter;
import ch.qos.logback.core.spi.FilterReply;

/** Drops the log's line about another active instance: the program itself prints one, with more in it. */
public final class RefusalFilter extends Filter<ILoggingEvent> {
    @Override
    public FilterReply decide(ILoggingEvent event) {
        return event.getMessage().startsWith("Not started: active is") ? FilterReply.DENY : FilterReply.NEUTRAL;
    }
}
