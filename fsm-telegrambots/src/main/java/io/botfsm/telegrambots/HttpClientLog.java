package io.botfsm.telegrambots;

import java.util.List;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The log of the JDK's HTTP client: if enabled, it contains the address of each call, and thus the bot's token. */
final class HttpClientLog {
    private static final Logger LOG = LoggerFactory.getLogger(HttpClientLog.class.getPackageName());

    /** The loggers, the levels at which they log addresses, and the system properties that turn them on. */
    private enum Source {
        DEBUG("jdk.internal.httpclient.debug", "jdk.internal.httpclient.debug", System.Logger.Level.DEBUG),
        REQUESTS("jdk.httpclient.HttpClient", "jdk.httpclient.HttpClient.log", System.Logger.Level.INFO);

        private final String logger;
        private final String property;
        private final System.Logger.Level level;

        Source(String logger, String property, System.Logger.Level level) {
            this.logger = logger;
            this.property = property;
            this.level = level;
        }

        private boolean isOn() {
            return switch (this) {
                case DEBUG -> isLoggable() || isSet("true", "err", "out", "log");
                case REQUESTS -> isLoggable() && isSet("all", "requests", "errors", "headers", "trace");
            };
        }

        private boolean isLoggable() {
            return System.getLogger(logger).isLoggable(level);
        }

        private boolean isSet(String... values) {
            String set = System.getProperty(property, "").toLowerCase(Locale.ROOT);
            return List.of(set.split("[,\\s]+")).stream().anyMatch(List.of(values)::contains);
        }
    }

    private HttpClientLog() {}

    static void warnIfItShowsTheToken() {
        for (Source source : Source.values()) {
            if (source.isOn()) {
                LOG.warn(
                        "THE BOT'S TOKEN IS WRITTEN TO THE LOG: the JDK's HTTP client logs the address of each call, which"
                                + " contains the token, to the logger {}. Set it to a level above {}, remove the system"
                                + " property {}, and have BotFather revoke the token if others can read that log",
                        source.logger,
                        source.level,
                        source.property);
            }
        }
    }
}
