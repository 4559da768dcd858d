package io.botfsm.telegrambots;

import static java.util.Objects.requireNonNull;

import java.net.URI;
import java.time.Duration;
import java.util.Locale;
import okhttp3.Dispatcher;
import okhttp3.OkHttpClient;
import org.telegram.telegrambots.client.okhttp.OkHttpTelegramClient;
import org.telegram.telegrambots.meta.TelegramUrl;
import org.telegram.telegrambots.meta.generics.TelegramClient;

/**
 * TelegramBots' own client, with timeouts, without retries, and with its own connection pool. The only class that needs
 * {@code telegrambots-client}. Thread-safe.
 */
public final class DefaultTelegramClient implements AutoCloseable {
    private static final Duration CALL_TIMEOUT = Duration.ofSeconds(15);

    /** OkHttp's default is at most 5 concurrent calls to one server, so that chats would wait for each other. */
    private static final int MOST_CALLS = 256;

    private final OkHttpClient http = new OkHttpClient.Builder()
            .dispatcher(dispatcher())
            .connectTimeout(CALL_TIMEOUT)
            .callTimeout(CALL_TIMEOUT)
            .retryOnConnectionFailure(false) // a message whose answer is lost may have been sent
            .build();
    private final TelegramClient client;

    /**
     * Creates a client for a bot.
     *
     * @param address the address of the Bot API server
     * @throws IllegalArgumentException if the address has a path, which TelegramBots' client does not support, or is
     *     not the address of an HTTP server
     */
    public DefaultTelegramClient(BotToken token, URI address) {
        requireNonNull(token, "token");
        if (!PollingSession.Builder.requireServer(address).getPath().isEmpty()) {
            throw new IllegalArgumentException(
                    "TelegramBots' client does not support a server address with a path; set a client(…) for "
                            + address);
        }
        String scheme = address.getScheme().toLowerCase(Locale.ROOT);
        int port = address.getPort() >= 0 ? address.getPort() : scheme.equals("http") ? 80 : 443;
        client = new OkHttpTelegramClient(http, token.value(), new TelegramUrl(scheme, address.getHost(), port, false));
    }

    private static Dispatcher dispatcher() {
        Dispatcher calls = new Dispatcher();
        calls.setMaxRequests(MOST_CALLS);
        calls.setMaxRequestsPerHost(MOST_CALLS);
        return calls;
    }

    /** Returns the client; it cannot be used after this object is closed. */
    public TelegramClient client() {
        return client;
    }

    /** Ends the client's threads and connections when its calls have ended. */
    @Override
    public void close() {
        http.dispatcher().executorService().shutdown();
        http.connectionPool().evictAll();
    }
}
