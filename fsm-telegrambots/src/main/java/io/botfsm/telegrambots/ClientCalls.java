package io.botfsm.telegrambots;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.Serializable;
import java.util.Map;
import java.util.Optional;
import org.telegram.telegrambots.meta.api.methods.botapimethods.BotApiMethod;
import org.telegram.telegrambots.meta.api.methods.botapimethods.PartialBotApiMethod;
import org.telegram.telegrambots.meta.api.methods.send.SendAnimation;
import org.telegram.telegrambots.meta.api.methods.send.SendAudio;
import org.telegram.telegrambots.meta.api.methods.send.SendDocument;
import org.telegram.telegrambots.meta.api.methods.send.SendLivePhoto;
import org.telegram.telegrambots.meta.api.methods.send.SendMediaBotMethod;
import org.telegram.telegrambots.meta.api.methods.send.SendMediaGroup;
import org.telegram.telegrambots.meta.api.methods.send.SendMessage;
import org.telegram.telegrambots.meta.api.methods.send.SendPaidMedia;
import org.telegram.telegrambots.meta.api.methods.send.SendPhoto;
import org.telegram.telegrambots.meta.api.methods.send.SendSticker;
import org.telegram.telegrambots.meta.api.methods.send.SendVideo;
import org.telegram.telegrambots.meta.api.methods.send.SendVideoNote;
import org.telegram.telegrambots.meta.api.methods.send.SendVoice;
import org.telegram.telegrambots.meta.api.methods.updatingmessages.EditMessageMedia;
import org.telegram.telegrambots.meta.exceptions.TelegramApiException;
import org.telegram.telegrambots.meta.generics.TelegramClient;

/** Methods of the Bot API by any client, which has an overload for each that may upload a file. */
final class ClientCalls {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private static final Map<Class<?>, Upload<?>> UPLOADS = Map.ofEntries(
            upload(SendAnimation.class, TelegramClient::execute),
            upload(SendAudio.class, TelegramClient::execute),
            upload(SendDocument.class, TelegramClient::execute),
            upload(SendLivePhoto.class, TelegramClient::execute),
            upload(SendMediaGroup.class, TelegramClient::execute),
            upload(SendPaidMedia.class, TelegramClient::execute),
            upload(SendPhoto.class, TelegramClient::execute),
            upload(SendSticker.class, TelegramClient::execute),
            upload(SendVideo.class, TelegramClient::execute),
            upload(SendVideoNote.class, TelegramClient::execute),
            upload(SendVoice.class, TelegramClient::execute),
            upload(EditMessageMedia.class, TelegramClient::execute));

    private ClientCalls() {}

    /** One overload. */
    private interface Upload<M> {
        Object execute(TelegramClient client, M method) throws TelegramApiException;
    }

    private static <M> Map.Entry<Class<?>, Upload<?>> upload(Class<M> type, Upload<M> call) {
        return Map.entry(type, call);
    }

    /** @throws IllegalArgumentException if the method sends nothing to a chat */
    @SuppressWarnings("unchecked") // each method declares what it returns, and each upload takes the type of its key
    static <T extends Serializable> T execute(TelegramClient client, PartialBotApiMethod<T> method)
            throws TelegramApiException {
        if (method instanceof BotApiMethod<T> plain) {
            return client.execute(plain);
        }
        Upload<PartialBotApiMethod<T>> upload = (Upload<PartialBotApiMethod<T>>) UPLOADS.get(method.getClass());
        if (upload == null) {
            throw new IllegalArgumentException(
                    method.getClass().getSimpleName() + " is no message to a chat; execute it by the client itself");
        }
        return (T) upload.execute(client, method);
    }

    /** Where it is sent to, if it names a chat. */
    static Optional<String> chat(PartialBotApiMethod<?> method) {
        if (method instanceof SendMessage message) {
            return Optional.of(message.getChatId());
        }
        if (method instanceof SendMediaBotMethod<?> media) {
            return Optional.of(media.getChatId());
        }
        if (method instanceof SendMediaGroup group) {
            return Optional.of(group.getChatId());
        }
        if (method instanceof SendPaidMedia media) {
            return Optional.of(media.getChatId());
        }
        if (method instanceof EditMessageMedia edit) {
            return Optional.ofNullable(edit.getChatId());
        }
        JsonNode chat = JSON.valueToTree(method).path("chat_id");
        return Optional.of(chat.asText()).filter(id -> !id.isEmpty());
    }
}
