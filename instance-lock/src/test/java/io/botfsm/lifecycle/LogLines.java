package io.botfsm.lifecycle;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/** Records what the package of a class logs, until closed. */
final class LogLines extends AppenderBase<ILoggingEvent> implements AutoCloseable {
    private final Logger logger;
    private final @Nullable Level level;
    private final List<ILoggingEvent> events = new CopyOnWriteArrayList<>();

    private LogLines(Class<?> source) {
        logger = (Logger) LoggerFactory.getLogger(source.getPackageName());
        level = logger.getLevel();
        logger.setLevel(Level.INFO);
        start();
        logger.addAppender(this);
    }

    static LogLines of(Class<?> source) {
        return new LogLines(source);
    }

    @Override
    protected void append(ILoggingEvent event) {
        events.add(event);
    }

    List<ILoggingEvent> events() {
        return events;
    }

    /** Returns the level and message of each event, with times replaced by {@code N}. */
    List<String> lines() {
        return events.stream()
                .map(event ->
                        event.getLevel() + " " + event.getFormattedMessage().replaceAll("\\d+ ms", "N ms"))
                .toList();
    }

    @Override
    public void close() {
        logger.detachAppender(this);
        logger.setLevel(level);
    }
}
