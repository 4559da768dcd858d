package io.botfsm.telegrambots;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.botfsm.telegram.testing.BotApiDouble;
import io.botfsm.telegram.testing.Fault;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;
import org.telegram.telegrambots.client.okhttp.OkHttpTelegramClient;
import org.telegram.telegrambots.meta.TelegramUrl;
import org.telegram.telegrambots.meta.api.methods.send.SendMessage;
import org.telegram.telegrambots.meta.exceptions.TelegramApiException;
import org.telegram.telegrambots.meta.generics.TelegramClient;

/** Which loggers show the bot's token. */
@Timeout(60)
class TokenInLogsTest {
    private static final String REQUESTS = "jdk.httpclient.HttpClient.log";

    // Fields, since a logger that is garbage-collected loses its level.
    private final Logger debug = Logger.getLogger("jdk.internal.httpclient.debug");
    private final Logger root = Logger.getLogger("");
    private final Level rootBefore = root.getLevel();
    private final ch.qos.logback.classic.Logger session =
            (ch.qos.logback.classic.Logger) LoggerFactory.getLogger(PollingSession.class.getPackageName());
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private final List<String> records = new CopyOnWriteArrayList<>();
    private final Handler recorder = new Handler() {
        @Override
        public void publish(LogRecord record) {
            if (!record.getLoggerName().equals("com.sun.net.httpserver")) { // the double's own
                records.add(record.getLoggerName() + " " + new SimpleFormatter().format(record));
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    @BeforeEach
    void listen() {
        recorder.setLevel(Level.ALL);
        root.addHandler(recorder);
        log.start();
        session.addAppender(log);
    }

    @AfterEach
    void restore() {
        debug.setLevel(null);
        root.setLevel(rootBefore);
        root.removeHandler(recorder);
        session.detachAppender(log);
        System.clearProperty(REQUESTS);
    }

    private List<String> warnings() {
        return log.list.stream()
                .map(ILoggingEvent::getFormattedMessage)
                .filter(text -> text.contains("TOKEN"))
                .toList();
    }

    private static void poll(BotApiDouble telegram) throws InterruptedException {
        poll(telegram.uri(), BotToken.of(telegram.token()));
    }

    private static void poll(URI server, BotToken token) throws InterruptedException {
        var unused = new GetUpdatesClient(server, token)
                .getUpdates(OptionalLong.empty(), 1, Duration.ZERO, List.of())
                .await();
    }

    @Test
    void thatOfTheJdksHttpClientIsWarnedOf() throws Exception {
        try (BotApiDouble telegram = BotApiDouble.start()) {
            poll(telegram);
            assertThat(warnings()).isEmpty();

            debug.setLevel(Level.FINE);
            poll(telegram);
            assertThat(warnings()).hasSize(1);
            assertThat(warnings().get(0))
                    .contains("jdk.internal.httpclient.debug", "DEBUG")
                    .doesNotContain(secret(telegram));
            // JDK 25 is silent unless the property is set too.
            assertThat(Runtime.version().feature() > 17
                            || records.stream().anyMatch(record -> record.contains(secret(telegram))))
                    .as("the reason for the warning")
                    .isTrue();
        }
    }

    @Test
    void thePropertyThatLogsRequestsIsWarnedOf() throws Exception {
        try (BotApiDouble telegram = BotApiDouble.start()) {
            System.setProperty(REQUESTS, "headers,Requests");
            poll(telegram);
            assertThat(warnings()).hasSize(1);
            assertThat(warnings().get(0)).contains(REQUESTS);

            System.setProperty(REQUESTS, "ssl");
            poll(telegram);
            assertThat(warnings()).hasSize(1);
        }
    }

    private static String secret(BotApiDouble telegram) {
        return telegram.token().substring(telegram.token().indexOf(':') + 1);
    }

    /** Therefore, these need no warning. */
    @Test
    void thoseOfTelegramBotsClientAndOkHttpDoNotShowIt() throws Exception {
        root.setLevel(Level.ALL);
        BotApiDouble telegram = BotApiDouble.start();
        TelegramClient client = new OkHttpTelegramClient(
                telegram.token(),
                TelegramUrl.builder()
                        .schema("http")
                        .host("127.0.0.1")
                        .port(telegram.port())
                        .build());
        telegram.user(1).says("hello");
        client.execute(new SendMessage("1", "hello"));
        for (Fault fault : List.of(Fault.badGateway(), Fault.tooManyRequests(1), Fault.dropBefore())) {
            telegram.next("sendMessage", 3, fault); // OkHttp repeats what was dropped
            assertThatThrownBy(() -> client.execute(new SendMessage("1", "hello")))
                    .isInstanceOf(TelegramApiException.class)
                    .satisfies(failure -> assertThat(stackTrace(failure)).doesNotContain(secret(telegram)));
            telegram.clearFaults();
        }
        telegram.close();
        assertThatThrownBy(() -> client.execute(new SendMessage("1", "hello")))
                .isInstanceOf(TelegramApiException.class)
                .satisfies(failure -> assertThat(stackTrace(failure)).doesNotContain(secret(telegram)));
        assertThat(records)
                .anyMatch(record -> record.startsWith("okhttp3."))
                .noneMatch(record -> record.contains(secret(telegram)));
    }

    private static String stackTrace(Throwable failure) {
        java.io.StringWriter text = new java.io.StringWriter();
        failure.printStackTrace(new java.io.PrintWriter(text));
        return text.toString();
    }
}
