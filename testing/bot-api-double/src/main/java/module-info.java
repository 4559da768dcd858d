/**
 * An HTTP server that keeps the rules of Telegram's Bot API, for tests of bots:
 * {@link io.botfsm.telegram.testing.BotApiDouble}.
 */
module io.botfsm.telegram.testing {
    requires com.fasterxml.jackson.databind;
    requires java.net.http;
    requires jdk.httpserver;
    requires static transitive org.jspecify;

    exports io.botfsm.telegram.testing;
}
