package io.botfsm.telegrambots;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.InputStream;
import java.io.Serializable;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.telegram.telegrambots.meta.api.methods.CopyMessages;
import org.telegram.telegrambots.meta.api.methods.ForwardMessages;
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
import org.telegram.telegrambots.meta.api.objects.InputFile;
import org.telegram.telegrambots.meta.api.objects.media.InputMedia;
import org.telegram.telegrambots.meta.api.objects.media.paid.InputPaidMedia;
import org.telegram.telegrambots.meta.exceptions.TelegramApiException;
import org.telegram.telegrambots.meta.generics.TelegramClient;

/**
 * Executes methods of the Bot API with any client, which has a separate overload for each method that may upload a
 * file.
 */
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

    /** An overload for a method that may upload a file. */
    private interface Upload<M> {
        Object execute(TelegramClient client, M method) throws TelegramApiException;
    }

    private static <M> Map.Entry<Class<?>, Upload<?>> upload(Class<M> type, Upload<M> call) {
        return Map.entry(type, call);
    }

    /** @throws IllegalArgumentException if the method uploads a file for anything other than a message to a chat */
    @SuppressWarnings("unchecked") // each method declares what it returns, and each upload takes the type of its key
    static <T extends Serializable> T execute(TelegramClient client, PartialBotApiMethod<T> method)
            throws TelegramApiException {
        if (method instanceof BotApiMethod<T> plain) {
            return client.execute(plain);
        }
        for (Class<?> type = method.getClass(); type != null; type = type.getSuperclass()) {
            Upload<PartialBotApiMethod<T>> upload = (Upload<PartialBotApiMethod<T>>) UPLOADS.get(type);
            if (upload != null) {
                return (T) upload.execute(client, method);
            }
        }
        throw new IllegalArgumentException(method.getClass().getSimpleName()
                + " uploads a file, but is not a message to a chat; execute it with the client itself");
    }

    /** Returns how many messages Telegram counts the method as. */
    static int messages(PartialBotApiMethod<?> method) {
        Collection<?> each = method instanceof SendMediaGroup album
                ? album.getMedias()
                : method instanceof ForwardMessages forward
                        ? forward.getMessageIds()
                        : method instanceof CopyMessages copy ? copy.getMessageIds() : List.of();
        return Math.max(1, each.size());
    }

    /** Whether the method holds a file that can be read only once. */
    static boolean holdsStream(PartialBotApiMethod<?> method) {
        return !(method instanceof BotApiMethod<?>) && hasStream(method);
    }

    /** Searches files, thumbnails and covers by reflection, since each type of message has different ones. */
    private static boolean hasStream(Object holder) {
        return Arrays.stream(holder.getClass().getMethods())
                .filter(getter -> getter.getParameterCount() == 0 && mayHoldStream(getter.getReturnType()))
                .anyMatch(getter -> isStream(get(getter, holder)));
    }

    private static boolean mayHoldStream(Class<?> type) {
        return type == List.class
                || type == InputStream.class
                || InputFile.class.isAssignableFrom(type)
                || InputMedia.class.isAssignableFrom(type)
                || InputPaidMedia.class.isAssignableFrom(type);
    }

    private static @Nullable Object get(Method getter, Object holder) {
        try {
            return getter.invoke(holder);
        } catch (ReflectiveOperationException e) { // the class is not public: assume a stream
            return InputStream.nullInputStream();
        }
    }

    private static boolean isStream(@Nullable Object part) {
        if (part instanceof Collection<?> several) {
            return several.stream().anyMatch(ClientCalls::isStream);
        }
        return part instanceof InputStream || (part != null && mayHoldStream(part.getClass()) && hasStream(part));
    }

    /** Sends the method to another chat; returns false if it does not support that. */
    static boolean readdress(PartialBotApiMethod<?> method, String chatId) {
        try {
            method.getClass().getMethod("setChatId", String.class).invoke(method, chatId);
            return true;
        } catch (ReflectiveOperationException e) {
            return false;
        }
    }

    /** Returns the chat that the method is sent to, if it names one. */
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
