package io.botfsm.telegrambots;

import io.botfsm.storage.StorageKey;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.telegram.telegrambots.meta.api.objects.CallbackQuery;
import org.telegram.telegrambots.meta.api.objects.Update;
import org.telegram.telegrambots.meta.api.objects.User;
import org.telegram.telegrambots.meta.api.objects.business.BusinessConnection;
import org.telegram.telegrambots.meta.api.objects.business.BusinessMessagesDeleted;
import org.telegram.telegrambots.meta.api.objects.chat.Chat;
import org.telegram.telegrambots.meta.api.objects.message.Message;

/**
 * What an update says of where it comes from.
 *
 * @param thread of a message of a topic only: replies in a group without topics have a thread too
 * @param senderChat the chat on whose behalf a message was written, with the signature of a group's anonymous administrator
 */
record UpdateOrigin(
        Optional<Long> chat,
        Optional<Long> user,
        Optional<Integer> thread,
        Optional<String> business,
        Optional<String> senderChat) {
    private static final UpdateOrigin NOWHERE = of(null, null);

    static UpdateOrigin of(Update update) {
        if (update.hasCallbackQuery()) {
            return pressed(update.getCallbackQuery());
        }
        return message(update).map(UpdateOrigin::written).orElseGet(() -> notWritten(update));
    }

    private static Optional<Message> message(Update update) {
        return Optional.<Message>ofNullable(update.getMessage())
                .or(() -> Optional.ofNullable(update.getEditedMessage()))
                .or(() -> Optional.ofNullable(update.getBusinessMessage()))
                .or(() -> Optional.ofNullable(update.getEditedBuinessMessage()))
                .or(() -> Optional.ofNullable(update.getGuestMessage()));
    }

    private static UpdateOrigin written(Message message) {
        return new UpdateOrigin(
                id(message.getChat()),
                id(message.getFrom()),
                Optional.ofNullable(message.getMessageThreadId()).filter(thread -> message.isTopicMessage()),
                text(message.getBusinessConnectionId()),
                Optional.ofNullable(message.getSenderChat()).map(sender -> sender(message, sender)));
    }

    /** The anonymous administrators of a group all write as the group; a signature is all that tells them apart. */
    private static String sender(Message message, Chat sender) {
        boolean isGroup = sender.getId().equals(message.getChatId());
        return sender.getId()
                + text(message.getAuthorSignature())
                        .filter(signature -> isGroup)
                        .map("/"::concat)
                        .orElse("");
    }

    /** The button's message is gone for the bot after a while; the chat stays known. */
    private static UpdateOrigin pressed(CallbackQuery query) {
        if (query.getMessage() instanceof Message message) {
            UpdateOrigin written = written(message);
            return new UpdateOrigin(
                    written.chat, id(query.getFrom()), written.thread, written.business, Optional.empty());
        }
        return query.getMessage() == null
                ? of(null, query.getFrom())
                : of(query.getMessage().getChat(), query.getFrom());
    }

    private static UpdateOrigin notWritten(Update update) {
        if (update.hasChannelPost()) {
            return of(update.getChannelPost().getChat(), null);
        } else if (update.hasEditedChannelPost()) {
            return of(update.getEditedChannelPost().getChat(), null);
        } else if (update.hasInlineQuery()) {
            return of(null, update.getInlineQuery().getFrom());
        } else if (update.hasChosenInlineQuery()) {
            return of(null, update.getChosenInlineQuery().getFrom());
        } else if (update.hasShippingQuery()) {
            return of(null, update.getShippingQuery().getFrom());
        } else if (update.hasPreCheckoutQuery()) {
            return of(null, update.getPreCheckoutQuery().getFrom());
        } else if (update.hasPaidMediaPurchased()) {
            return of(null, update.getPaidMediaPurchased().getUser());
        } else if (update.hasPollAnswer()) {
            return of(
                    update.getPollAnswer().getVoterChat(),
                    update.getPollAnswer().getUser());
        } else if (update.hasBusinessConnection()) {
            return connected(update.getBusinessConnection());
        } else if (update.hasDeletedBusinessMessage()) {
            return deleted(update.getDeletedBusinessMessages());
        }
        return ofChats(update);
    }

    private static UpdateOrigin ofChats(Update update) {
        if (update.hasMyChatMember()) {
            return of(
                    update.getMyChatMember().getChat(), update.getMyChatMember().getFrom());
        } else if (update.hasChatMember()) {
            return of(update.getChatMember().getChat(), update.getChatMember().getFrom());
        } else if (update.hasChatJoinRequest()) {
            return of(
                    update.getChatJoinRequest().getChat(),
                    update.getChatJoinRequest().getUser());
        } else if (update.hasMessageReaction()) {
            return of(
                    update.getMessageReaction().getChat(),
                    update.getMessageReaction().getUser());
        } else if (update.hasMessageReactionCount()) {
            return of(update.getMessageReactionCount().getChat(), null);
        } else if (update.hasChatBoost()) {
            return of(update.getChatBoost().getChat(), null);
        } else if (update.hasRemovedChatBoost()) {
            return of(update.getRemovedChatBoost().getChat(), null);
        } else if (update.hasManagedBot()) {
            return of(null, update.getManagedBot().getUser());
        } else if (update.hasSubscription()) {
            return of(null, update.getSubscription().getUser());
        }
        return NOWHERE;
    }

    private static UpdateOrigin connected(BusinessConnection connection) {
        return new UpdateOrigin(
                Optional.empty(),
                id(connection.getUser()),
                Optional.empty(),
                text(connection.getId()),
                Optional.empty());
    }

    private static UpdateOrigin deleted(BusinessMessagesDeleted messages) {
        return new UpdateOrigin(
                id(messages.getChat()),
                Optional.empty(),
                Optional.empty(),
                text(messages.getBusinessConnectionId()),
                Optional.empty());
    }

    private static UpdateOrigin of(@Nullable Chat chat, @Nullable User user) {
        return new UpdateOrigin(id(chat), id(user), Optional.empty(), Optional.empty(), Optional.empty());
    }

    private static Optional<Long> id(@Nullable Chat chat) {
        return Optional.ofNullable(chat).map(Chat::getId);
    }

    private static Optional<Long> id(@Nullable User user) {
        return Optional.ofNullable(user).map(User::getId);
    }

    private static Optional<String> text(@Nullable String maybe) {
        return Optional.ofNullable(maybe).filter(text -> !text.isEmpty());
    }

    /**
     * Puts it into a key.
     *
     * @param byConnection whether a business connection is a part of it
     * @param bySenderChat whether a chat counts as the user that writes on its behalf
     */
    void into(StorageKey.Builder key, boolean byConnection, boolean bySenderChat) {
        chat.ifPresent(key::chat);
        user.ifPresent(key::user);
        senderChat.filter(sender -> bySenderChat).ifPresent(key::user);
        thread.ifPresent(key::thread);
        business.filter(connection -> byConnection).ifPresent(key::business);
    }
}
