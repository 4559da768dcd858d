package io.botfsm.transition;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;

/** An appender that fails because of a missing class, and leaves the thread interrupted. */
public final class FailingAppender extends AppenderBase<ILoggingEvent> {
    private FailingAppender() {}

    public static FailingAppender started() {
        FailingAppender appender = new FailingAppender();
        appender.start();
        return appender;
    }

    @Override
    public synchronized void doAppend(ILoggingEvent event) {
        append(event);
    }

    @Override
    protected void append(ILoggingEvent event) {
        Thread.currentThread().interrupt();
        throw new NoClassDefFoundError("in an appender");
    }
}
