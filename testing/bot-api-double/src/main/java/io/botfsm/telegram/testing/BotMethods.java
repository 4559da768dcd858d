package io.botfsm.telegram.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** The methods of the Bot API, by name in lower case. Thread-safe. */
final class BotMethods {
    private static final int MOST_CONNECTIONS = 100;
    private static final BotApiResponse UNKNOWN = BotApiResponse.error(404, "Not Found");

    private final ObjectNode bot;
    private final LongPolls polls;
    private final Chats chats;
    private final Map<String, Method> methods;
    private volatile JsonNode commands = Json.array();

    BotMethods(ObjectNode bot, LongPolls polls, Chats chats, CallbackQueries queries) {
        this.bot = bot;
        this.polls = polls;
        this.chats = chats;
        this.methods = Map.ofEntries(
                Map.entry("getupdates", polls::getUpdates),
                atOnce("getme", this::getMe),
                atOnce("sendmessage", this::sendMessage),
                atOnce("editmessagetext", parameters -> chats.named(parameters).editText(parameters)),
                atOnce("answercallbackquery", queries::answer),
                atOnce("sendchataction", this::sendChatAction),
                atOnce("setwebhook", this::setWebhook),
                atOnce("deletewebhook", this::deleteWebhook),
                atOnce("getwebhookinfo", this::getWebhookInfo),
                atOnce("setmycommands", this::setMyCommands),
                atOnce("getmycommands", parameters -> BotApiResponse.ok(commands)));
    }

    /** One method; throws {@link RequestRefusedException}, or returns a stage that never fails. */
    private interface Method {
        CompletionStage<BotApiResponse> call(Parameters parameters, Caller caller);
    }

    private static Map.Entry<String, Method> atOnce(String name, Function<Parameters, BotApiResponse> method) {
        return Map.entry(name, (parameters, caller) -> CompletableFuture.completedStage(method.apply(parameters)));
    }

    /** Throws {@link RequestRefusedException}, or returns a stage that never fails. */
    CompletionStage<BotApiResponse> call(String method, Parameters parameters, Caller caller) {
        Method known = methods.get(method);
        return known == null ? CompletableFuture.completedStage(UNKNOWN) : known.call(parameters, caller);
    }

    JsonNode commands() {
        return commands;
    }

    private BotApiResponse getMe(Parameters parameters) {
        ObjectNode me = bot.deepCopy();
        me.put("can_join_groups", true)
                .put("can_read_all_group_messages", false)
                .put("supports_inline_queries", false);
        return BotApiResponse.ok(me);
    }

    private BotApiResponse sendMessage(Parameters parameters) {
        return chats.named(parameters).send(bot, parameters);
    }

    private BotApiResponse sendChatAction(Parameters parameters) {
        String action = parameters
                .text("action")
                .filter(text -> !text.isBlank())
                .orElseThrow(() -> RequestRefusedException.badRequest("wrong parameter action in request"));
        return chats.named(parameters).act(action);
    }

    private BotApiResponse setWebhook(Parameters parameters) {
        String url = parameters.text("url").orElse("");
        Webhook.Target target = null;
        if (!url.isEmpty()) {
            String secret = parameters.text("secret_token").orElse("");
            if (!secret.matches("[\\w-]{0,256}")) {
                throw RequestRefusedException.badRequest("secret token contains unallowed characters");
            }
            target = new Webhook.Target(
                    address(url),
                    Optional.of(secret).filter(text -> !text.isEmpty()),
                    parameters.clamped("max_connections", Webhook.DEFAULT_CONNECTIONS, 1, MOST_CONNECTIONS));
        }
        parameters.tree("allowed_updates").ifPresent(polls::allow);
        polls.setWebhook(target, parameters.flag("drop_pending_updates"));
        return BotApiResponse.TRUE;
    }

    /** Accepts HTTP too, and any port, as a Bot API server does when run with {@code --local}. */
    private static URI address(String url) {
        try {
            URI address = new URI(url);
            if (Set.of("http", "https").contains(String.valueOf(address.getScheme())) && address.getHost() != null) {
                return address;
            }
        } catch (URISyntaxException e) {
            throw RequestRefusedException.badRequest("bad webhook: invalid URL");
        }
        throw RequestRefusedException.badRequest("bad webhook: An HTTPS URL must be provided for webhook");
    }

    private BotApiResponse deleteWebhook(Parameters parameters) {
        polls.setWebhook(null, parameters.flag("drop_pending_updates"));
        return BotApiResponse.TRUE;
    }

    private BotApiResponse getWebhookInfo(Parameters parameters) {
        Optional<Webhook.Target> target = polls.webhookTarget();
        ObjectNode info = Json.object()
                .put("url", target.map(set -> set.address.toString()).orElse(""))
                .put("has_custom_certificate", false)
                .put("pending_update_count", polls.unconfirmed());
        target.ifPresent(set -> info.put("max_connections", set.connections));
        polls.webhookError().ifPresent(error -> info.put("last_error_message", error));
        return BotApiResponse.ok(info);
    }

    private BotApiResponse setMyCommands(Parameters parameters) {
        commands = parameters
                .tree("commands")
                .filter(JsonNode::isArray)
                .orElseThrow(() -> RequestRefusedException.badRequest("expected an Array of BotCommand"));
        return BotApiResponse.TRUE;
    }
}
