package io.botfsm.telegram.testing;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;

/**
 * A test double of Telegram's Bot API: an HTTP server for one bot, whose users are simulated by the test. It follows
 * Telegram's rules as far as they affect a bot's state: an update is delivered until it is confirmed, the newest
 * waiting poller wins, and the older one gets 409. It records polls and requests, so that a test can verify who polled
 * when.
 *
 * <p>Thread-safe. A waiting poll occupies no thread. Everything is in memory and lost after {@link #close}.
 *
 * <p>The JDK's HTTP server delays responses by 40 ms on persistent connections, unless the system property
 * {@code sun.net.httpserver.nodelay} is {@code true} when the first server is created. This class sets the property if
 * it is not set.
 */
public final class BotApiDouble implements AutoCloseable {
    private static final String NO_DELAY = "sun.net.httpserver.nodelay";
    private static final int THREADS = 4;
    private static final int BACKLOG = 1_024;
    private static final long FIRST_CALLBACK_QUERY = 4_382_000_000_000_000_001L;

    private final String token;
    private final InetSocketAddress address;
    private final Chats chats;
    private final CallbackQueries queries;
    private final LongPolls polls;
    private final BotMethods methods;
    private final Faults faults = new Faults();
    private final RequestLog requests;
    private final ClientProxy proxy;
    private final HttpServer server;
    private final ExecutorService threads = Executors.newFixedThreadPool(THREADS, named("bot-api-double"));
    private final ScheduledExecutorService timerThread =
            Executors.newSingleThreadScheduledExecutor(named("bot-api-double-timer"));

    private BotApiDouble(Builder builder) throws IOException {
        token = builder.token;
        DelayedTasks timer = new DelayedTasks(timerThread);
        proxy = new ClientProxy(new InetSocketAddress(builder.host, builder.port), BACKLOG);
        address = proxy.address();
        polls = new LongPolls(
                proxy::isHere,
                timer,
                builder.conflictPause,
                builder.webhookRetryPause,
                builder.firstUpdateId,
                builder.remembered);
        chats = new Chats(polls);
        queries = new CallbackQueries(FIRST_CALLBACK_QUERY);
        requests = new RequestLog(builder.remembered);
        methods = new BotMethods(bot(builder), polls, chats, queries);
        if (System.getProperty(NO_DELAY) == null) {
            System.setProperty(NO_DELAY, "true");
        }
        ResponseSender answers = new ResponseSender(threads);
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), BACKLOG);
        server.createContext("/", exchange -> answers.send(exchange, BotApiResponse.error(404, "Not Found")));
        server.createContext("/bot", new BotApiHandler(token, methods, faults, requests, timer, answers, proxy));
        UserApi users = new UserApi(this, timer, answers);
        UserApi.PATHS.forEach(path -> server.createContext(path, users));
        server.setExecutor(threads);
        server.start();
        proxy.open(server.getAddress(), polls::gone);
    }

    private static ObjectNode bot(Builder builder) {
        return Json.object()
                .put("id", Long.parseLong(builder.token.substring(0, builder.token.indexOf(':'))))
                .put("is_bot", true)
                .put("first_name", builder.username)
                .put("username", builder.username);
    }

    private static ThreadFactory named(String name) {
        return task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        };
    }

    /** Starts a double with the defaults of {@link #builder}. */
    public static BotApiDouble start() {
        return builder().start();
    }

    /**
     * Returns a builder for a double. By default it uses a free port of the loopback address, and a token, ids and
     * pauses like Telegram's.
     */
    public static Builder builder() {
        return new Builder();
    }

    /** Returns the address it listens on, without a path: {@code http://127.0.0.1:40123}. */
    public URI uri() {
        return URI.create("http://" + address.getHostString() + ":" + address.getPort());
    }

    /** The port it listens on. */
    public int port() {
        return address.getPort();
    }

    /** Returns the only token that it accepts. */
    public String token() {
        return token;
    }

    /** Returns the user with this id, who is created by the first call. Ids may exceed 32 bits, as Telegram's do. */
    public TelegramUser user(long id) {
        if (id < 1) {
            throw new IllegalArgumentException("not the id of a user: " + id);
        }
        String name = "User " + id;
        ObjectNode from = Json.object()
                .put("id", id)
                .put("is_bot", false)
                .put("first_name", name)
                .put("language_code", "en");
        ObjectNode chat = Json.object().put("id", id).put("first_name", name).put("type", "private");
        return new TelegramUser(id, from, chats.open(id, chat), queries);
    }

    /**
     * Delivers an update of any type, such as a message in a group. The bot may write to its chat from then on.
     *
     * @param updateJson the update in the format of the Bot API; {@code update_id} is assigned by this method, as are
     *     {@code message_id} and {@code date} if a message has none
     * @return the id of the update, or empty if the bot's {@code allowed_updates} exclude it
     */
    public OptionalLong deliver(String updateJson) {
        try {
            if (Json.parse(updateJson) instanceof ObjectNode update) {
                return chats.deliver(update);
            }
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("the update is not JSON", e);
        }
        throw new IllegalArgumentException("the update is not a JSON object");
    }

    /** Returns the messages of any chat in their current form, the oldest first; empty for an unknown chat. */
    public List<ShownMessage> messages(long chatId) {
        return chats.find(chatId).map(Chat::shownMessages).orElse(List.of());
    }

    /**
     * Gives the next update this id, possibly a lower one, as Telegram does after a week without updates.
     *
     * @throws IllegalStateException if there are unconfirmed updates
     */
    public void nextUpdateId(long id) {
        polls.continueAt(Builder.updateId(id));
    }

    /** Returns how many updates the bot has not confirmed. */
    public int unconfirmedUpdates() {
        return polls.unconfirmed();
    }

    /** Returns the commands that the bot has set, as a JSON array. */
    public String commands() {
        return Json.write(methods.commands());
    }

    /** Applies a fault to the next request of a method. */
    public void next(String method, Fault fault) {
        next(method, 1, fault);
    }

    /**
     * Applies a fault to the next requests of a method, after the faults that were planned before.
     *
     * @param method its name in any case, or "*" for every method
     */
    public void next(String method, int times, Fault fault) {
        faults.plan(method, Optional.empty(), times, fault);
    }

    /**
     * Applies a fault to the next requests of a method that are for this chat.
     *
     * @param method its name in any case, or "*" for every method
     */
    public void nextInChat(long chatId, String method, int times, Fault fault) {
        faults.plan(method, Optional.of(Long.toString(chatId)), times, fault);
    }

    /** Removes the faults that have not happened yet. */
    public void clearFaults() {
        faults.clear();
    }

    /** Returns the newest polls in the order of their arrival, including those still held open. */
    public List<Poll> polls() {
        return polls.polls();
    }

    /** Returns the newest requests of all methods in the order in which they were answered. */
    public List<BotRequest> requests() {
        return requests.all();
    }

    /** Returns the newest attempts to deliver updates to the bot's webhook, in the order in which they ended. */
    public List<WebhookDelivery> webhookDeliveries() {
        return polls.deliveries();
    }

    /** Closes all connections and frees the port. Idempotent. */
    @Override
    public void close() {
        polls.close();
        proxy.close();
        server.stop(0);
        threads.shutdownNow();
        timerThread.shutdownNow();
    }

    @Override
    public String toString() {
        return "Bot API double at " + uri();
    }

    /** Collects the settings of a double. Each is checked when it is set. */
    public static final class Builder {
        private String host = "127.0.0.1";
        private int port;
        private String token = "7000000001:AAtestTOKENtestTOKENtestTOKENtestTOK";
        private String username = "double_bot";
        private long firstUpdateId = 870_000_001;
        private Duration conflictPause = Duration.ofSeconds(3);
        private Duration webhookRetryPause = Duration.ofSeconds(2);
        private int remembered = 100_000;

        private Builder() {}

        /** The address to listen on, instead of the loopback address. */
        public Builder host(String host) {
            this.host = host;
            return this;
        }

        /** The port to listen on, instead of a free one. */
        public Builder port(int port) {
            if (port < 0 || port > 65_535) {
                throw new IllegalArgumentException("not a port: " + port);
            }
            this.port = port;
            return this;
        }

        /** The bot's id, a colon and a secret. */
        public Builder token(String token) {
            if (!token.matches("[1-9]\\d{0,17}:[\\w-]+")) {
                throw new IllegalArgumentException(
                        "a bot token is the bot's id, a colon, and letters, digits, _ or -; this one is not");
            }
            this.token = token;
            return this;
        }

        /** The bot's name. */
        public Builder username(String username) {
            this.username = username;
            return this;
        }

        /** The id of the first update; the next ones count up from it. */
        public Builder firstUpdateId(long id) {
            firstUpdateId = updateId(id);
            return this;
        }

        /**
         * Sets how long a 409 is delayed that follows another one within this time. The default is Telegram's 3
         * seconds; use less for a quick test.
         */
        public Builder conflictPause(Duration pause) {
            if (pause.isNegative()) {
                throw new IllegalArgumentException("negative pause: " + pause);
            }
            conflictPause = pause;
            return this;
        }

        /**
         * Sets how long an update waits after a webhook has not confirmed it at the second attempt; the time doubles
         * with each further attempt. The default is Telegram's 2 seconds; use less for a quick test.
         */
        public Builder webhookRetryPause(Duration pause) {
            if (pause.isNegative()) {
                throw new IllegalArgumentException("negative pause: " + pause);
            }
            webhookRetryPause = pause;
            return this;
        }

        /** Sets how many polls, requests and webhook deliveries are remembered, each. */
        public Builder remembered(int most) {
            if (most < 1) {
                throw new IllegalArgumentException(
                        "at least 1 poll, request and delivery must be remembered, not " + most);
            }
            remembered = most;
            return this;
        }

        /**
         * Starts the server.
         *
         * @throws UncheckedIOException if it cannot listen there
         */
        public BotApiDouble start() {
            try {
                return new BotApiDouble(this);
            } catch (IOException e) {
                throw new UncheckedIOException("cannot listen on " + host + ":" + port, e);
            }
        }

        /** Checks an update id, which has 32 bits, also in both Java libraries. */
        private static long updateId(long id) {
            if (id < 1 || id > Integer.MAX_VALUE) {
                throw new IllegalArgumentException("not the id of an update: " + id);
            }
            return id;
        }
    }
}
