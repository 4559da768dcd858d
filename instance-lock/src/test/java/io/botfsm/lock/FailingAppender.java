package io.botfsm.lock;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * Throws an error for everything that the package of a class logs, until closed. Logback catches the exceptions of an
 * appender, but not its errors.
 */
public final class FailingAppender extends AppenderBase<ILoggingEvent> implements AutoCloseable {
    private final Logger logger;
    private final @Nullable Level level;

    private FailingAppender(Class<?> source) {
        logger = (Logger) LoggerFactory.getLogger(source.getPackageName());
        level = logger.getLevel();
        logger.setLevel(Level.INFO);
        start();
        logger.addAppender(this);
    }

    public static FailingAppender of(Class<?> source) {
        return new FailingAppender(source);
    }

    @Override
    protected void append(ILoggingEvent event) {
        throw new StackOverflowError("in an appender");
    }

    @Override
    public void close() {
        logger.detachAppender(this);
        logger.setLevel(level);
    }
}
