package io.botfsm.pengrad;

import com.pengrad.telegrambot.model.CallbackQuery;
import com.pengrad.telegrambot.model.Chat;
import com.pengrad.telegrambot.model.Message;
import com.pengrad.telegrambot.model.Update;
import com.pengrad.telegrambot.model.User;
import io.botfsm.storage.StorageKey;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Puts the origin of an update into a key. An update has at most one of its optional parts.
 *
 * @param byConnection whether a business connection is a part of the key
 * @param bySenderChat whether the chat on whose behalf a message was written counts as its user
 */
record UpdateOrigin(StorageKey.Builder key, boolean byConnection, boolean bySenderChat) {
    void of(Update update) {
        when(update.callbackQuery(), this::pressed);
        when(update.message(), this::written);
        when(update.editedMessage(), this::written);
        when(update.businessMessage(), this::written);
        when(update.editedBusinessMessage(), this::written);
        when(update.guestMessage(), this::written);
        ofChats(update);
        ofUsers(update);
    }

    private void ofChats(Update update) {
        when(update.channelPost(), post -> from(post.chat(), null));
        when(update.editedChannelPost(), post -> from(post.chat(), null));
        when(update.messageReactionCount(), count -> from(count.chat(), null));
        when(update.chatBoost(), boost -> from(boost.chat(), null));
        when(update.removedChatBoost(), boost -> from(boost.chat(), null));
        when(update.deletedBusinessMessages(), messages -> {
            from(messages.chat(), null);
            business(messages.businessConnectionId());
        });
        when(update.myChatMember(), change -> from(change.chat(), change.from()));
        when(update.chatMember(), change -> from(change.chat(), change.from()));
        when(update.chatJoinRequest(), request -> from(request.chat(), request.from()));
        when(update.messageReaction(), reaction -> from(reaction.chat(), reaction.user()));
    }

    private void ofUsers(Update update) {
        when(update.inlineQuery(), query -> from(null, query.from()));
        when(update.chosenInlineResult(), result -> from(null, result.from()));
        when(update.shippingQuery(), query -> from(null, query.from()));
        when(update.preCheckoutQuery(), query -> from(null, query.from()));
        when(update.purchasedPaidMedia(), purchase -> from(null, purchase.user()));
        when(update.pollAnswer(), answer -> from(answer.voterChat(), answer.user()));
        when(update.managedBot(), managed -> from(null, managed.user()));
        when(update.businessConnection(), connection -> {
            from(null, connection.user());
            business(connection.id());
        });
    }

    private static <T> void when(@Nullable T part, Consumer<T> then) {
        if (part != null) {
            then.accept(part);
        }
    }

    private void written(Message message) {
        from(message.chat(), message.from());
        if (bySenderChat) {
            when(message.senderChat(), sender -> key.user(sender(message, sender)));
        }
        place(message);
    }

    /** All anonymous administrators of a group write as the group; only a signature distinguishes them. */
    private static String sender(Message message, Chat sender) {
        String signature = message.authorSignature();
        boolean isGroup = sender.id().equals(message.chat().id());
        return isGroup && signature != null && !signature.isEmpty() ? sender.id() + "/" + signature : "" + sender.id();
    }

    /** The button's message becomes inaccessible to the bot after a while; its chat stays known. */
    private void pressed(CallbackQuery query) {
        from(null, query.from());
        when(query.maybeInaccessibleMessage(), message -> from(message.chat(), null));
        if (query.maybeInaccessibleMessage() instanceof Message message) {
            place(message);
        }
    }

    /** The thread counts only in a topic: replies in a group without topics have a thread too. */
    private void place(Message message) {
        if (Boolean.TRUE.equals(message.isTopicMessage())) {
            when(message.messageThreadId(), key::thread);
        }
        business(message.businessConnectionId());
    }

    private void from(@Nullable Chat chat, @Nullable User user) {
        when(chat, place -> key.chat(place.id()));
        when(user, person -> key.user(person.id()));
    }

    private void business(@Nullable String id) {
        if (byConnection && id != null && !id.isEmpty()) {
            key.business(id);
        }
    }
}
