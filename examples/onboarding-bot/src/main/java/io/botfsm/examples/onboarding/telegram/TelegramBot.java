package io.botfsm.examples.onboarding.telegram;

import io.botfsm.Fsm;
import io.botfsm.lifecycle.BotRunner.Bot;
import io.botfsm.lock.Lease;
import io.botfsm.telegrambots.BotToken;
import io.botfsm.telegrambots.PollingSession;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import okhttp3.Dispatcher;
import okhttp3.OkHttpClient;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.telegram.telegrambots.client.okhttp.OkHttpTelegramClient;
import org.telegram.telegrambots.meta.TelegramUrl;
import org.telegram.telegrambots.meta.api.methods.commands.SetMyCommands;
import org.telegram.telegrambots.meta.api.objects.commands.BotCommand;
import org.telegram.telegrambots.meta.exceptions.TelegramApiException;
import org.telegram.telegrambots.meta.generics.TelegramClient;

/**
 * The session of a bot at Telegram. It polls for as long as a lease is held, once for each; what it sends goes by a
 * client that is closed at the end, when nothing is sent any more.
 */
public final class TelegramBot implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TelegramBot.class.getPackageName());
    private static final Duration CALL_TIMEOUT = Duration.ofSeconds(15);

    private final PollingSession.Builder polling;
    /** OkHttp's own limit to one server is 5 calls at once, beyond which chats would wait for each other. */
    private static final int MOST_CALLS = 256;

    private final OkHttpClient http = new OkHttpClient.Builder()
            .dispatcher(dispatcher())
            .connectTimeout(CALL_TIMEOUT)
            .callTimeout(CALL_TIMEOUT)
            .retryOnConnectionFailure(false) // a message whose answer is lost may have been sent
            .build();
    private final TelegramClient client;

    /**
     * A session that is not polling yet.
     *
     * @param server another server than Telegram's own
     * @throws IllegalArgumentException if that is no address of a server
     */
    public TelegramBot(BotToken token, Optional<URI> server) {
        polling = PollingSession.builder(token).allowedUpdates(List.of("message", "callback_query"));
        server.ifPresent(polling::server);
        client = new OkHttpTelegramClient(
                http, token.value(), server.map(TelegramBot::url).orElse(TelegramUrl.DEFAULT_URL));
    }

    private static Dispatcher dispatcher() {
        Dispatcher calls = new Dispatcher();
        calls.setMaxRequests(MOST_CALLS);
        calls.setMaxRequestsPerHost(MOST_CALLS);
        return calls;
    }

    private static TelegramUrl url(URI server) {
        String scheme = server.getScheme().toLowerCase(Locale.ROOT);
        return TelegramUrl.builder()
                .schema(scheme)
                .host(server.getHost())
                .port(server.getPort() >= 0 ? server.getPort() : scheme.equals("http") ? 80 : 443)
                .build();
    }

    /**
     * Begins to poll.
     *
     * @param revival is run when the storage has failed, to bring it back where that is in our hands
     */
    public Bot start(Fsm fsm, Lease lease, Runnable revival) {
        tellCommands();
        return polling.start(lease, fsm, new Messenger(client, revival));
    }

    /** For the menu of Telegram's apps. The bot works without it too. */
    private void tellCommands() {
        SetMyCommands commands = new SetMyCommands(List.of(
                new BotCommand("start", "Begin anew"),
                new BotCommand("status", "What I am waiting for"),
                new BotCommand("cancel", "Forget what I told you")));
        try {
            client.executeAsync(commands).exceptionally(failure -> {
                LOG.warn("The commands could not be registered: {}", failure.getMessage());
                return false;
            });
        } catch (TelegramApiException e) {
            LOG.warn("The commands could not be registered: {}", e.getMessage());
        }
    }

    @Override
    public void close() {
        http.dispatcher().executorService().shutdown();
        http.connectionPool().evictAll();
    }
}
