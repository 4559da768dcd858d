package io.botfsm.telegrambots;

import io.botfsm.storage.StorageKey;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.telegram.telegrambots.meta.api.objects.CallbackQuery;
import org.telegram.telegrambots.meta.api.objects.Update;
import org.telegram.telegrambots.meta.api.objects.User;
import org.telegram.telegrambots.meta.api.objects.chat.Chat;
import org.telegram.telegrambots.meta.api.objects.message.Message;

/** The origin of an update. An update has at most one of its optional parts. Not changed after its creation. */
final class UpdateOrigin {
    private Optional<Long> chat = Optional.empty();
    private Optional<Long> user = Optional.empty();
    /** Set only for a message in a topic: replies in a group without topics have a thread too. */
    private Optional<Integer> thread = Optional.empty();

    private Optional<String> business = Optional.empty();
    /** The chat on whose behalf a message was written, with the signature of a group's anonymous administrator. */
    private Optional<String> senderChat = Optional.empty();

    private UpdateOrigin() {}

    static UpdateOrigin of(Update update) {
        UpdateOrigin origin = new UpdateOrigin();
        when(update.getCallbackQuery(), origin::pressed);
        when(update.getMessage(), origin::written);
        when(update.getEditedMessage(), origin::written);
        when(update.getBusinessMessage(), origin::written);
        when(update.getEditedBuinessMessage(), origin::written);
        when(update.getGuestMessage(), origin::written);
        origin.ofChats(update);
        origin.ofUsers(update);
        return origin;
    }

    private void ofChats(Update update) {
        when(update.getChannelPost(), post -> from(post.getChat(), null));
        when(update.getEditedChannelPost(), post -> from(post.getChat(), null));
        when(update.getMessageReactionCount(), count -> from(count.getChat(), null));
        when(update.getChatBoost(), boost -> from(boost.getChat(), null));
        when(update.getRemovedChatBoost(), boost -> from(boost.getChat(), null));
        when(update.getDeletedBusinessMessages(), messages -> {
            from(messages.getChat(), null);
            business = text(messages.getBusinessConnectionId());
        });
        when(update.getMyChatMember(), change -> from(change.getChat(), change.getFrom()));
        when(update.getChatMember(), change -> from(change.getChat(), change.getFrom()));
        when(update.getChatJoinRequest(), request -> from(request.getChat(), request.getUser()));
        when(update.getMessageReaction(), reaction -> from(reaction.getChat(), reaction.getUser()));
    }

    private void ofUsers(Update update) {
        when(update.getInlineQuery(), query -> from(null, query.getFrom()));
        when(update.getChosenInlineQuery(), query -> from(null, query.getFrom()));
        when(update.getShippingQuery(), query -> from(null, query.getFrom()));
        when(update.getPreCheckoutQuery(), query -> from(null, query.getFrom()));
        when(update.getPaidMediaPurchased(), purchase -> from(null, purchase.getUser()));
        when(update.getPollAnswer(), answer -> from(answer.getVoterChat(), answer.getUser()));
        when(update.getManagedBot(), managed -> from(null, managed.getUser()));
        when(update.getSubscription(), subscription -> from(null, subscription.getUser()));
        when(update.getBusinessConnection(), connection -> {
            from(null, connection.getUser());
            business = text(connection.getId());
        });
    }

    private static <T> void when(@Nullable T part, Consumer<T> then) {
        if (part != null) {
            then.accept(part);
        }
    }

    private void written(Message message) {
        from(message.getChat(), message.getFrom());
        thread = Optional.ofNullable(message.getMessageThreadId()).filter(id -> message.isTopicMessage());
        business = text(message.getBusinessConnectionId());
        senderChat = Optional.ofNullable(message.getSenderChat()).map(sender -> sender(message, sender));
    }

    /** All anonymous administrators of a group write as the group; only a signature distinguishes them. */
    private static String sender(Message message, Chat sender) {
        boolean isGroup = sender.getId().equals(message.getChatId());
        return sender.getId()
                + text(message.getAuthorSignature())
                        .filter(signature -> isGroup)
                        .map("/"::concat)
                        .orElse("");
    }

    /** The button's message becomes inaccessible to the bot after a while; its chat stays known. */
    private void pressed(CallbackQuery query) {
        if (query.getMessage() instanceof Message message) {
            written(message);
            senderChat = Optional.empty();
        } else if (query.getMessage() != null) {
            from(query.getMessage().getChat(), null);
        }
        user = Optional.ofNullable(query.getFrom()).map(User::getId);
    }

    private void from(@Nullable Chat place, @Nullable User person) {
        chat = Optional.ofNullable(place).map(Chat::getId);
        user = Optional.ofNullable(person).map(User::getId);
    }

    private static Optional<String> text(@Nullable String maybe) {
        return Optional.ofNullable(maybe).filter(text -> !text.isEmpty());
    }

    /** The chat that an answer most likely goes to. */
    Optional<Long> replyChat() {
        return chat.or(() -> user);
    }

    /** Where an answer goes to. */
    Optional<ChatAddress> address() {
        return replyChat().map(id -> new ChatAddress(id.toString(), thread, business));
    }

    /**
     * Puts the origin into a key.
     *
     * @param byConnection whether a business connection is a part of the key
     * @param bySenderChat whether the chat on whose behalf a message was written counts as its user
     */
    void into(StorageKey.Builder key, boolean byConnection, boolean bySenderChat) {
        chat.ifPresent(key::chat);
        user.ifPresent(key::user);
        senderChat.filter(sender -> bySenderChat).ifPresent(key::user);
        thread.ifPresent(key::thread);
        business.filter(connection -> byConnection).ifPresent(key::business);
    }
}
