package io.botfsm.telegrambots;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.telegram.telegrambots.meta.api.methods.send.SendMessage;

/** Splits texts that are too long for Telegram. */
final class TextParts {
    /** The maximum number of characters in a message. */
    static final int MOST = 4096;

    private TextParts() {}

    /**
     * Returns the parts of a message: only the message itself if it is short enough, or is formatted by a parse mode or
     * entities, which a split could break. The first part replies to what the message replies to; the last part has its
     * buttons and effect.
     */
    static List<SendMessage> of(SendMessage message) {
        boolean isFormatted = message.getParseMode() != null
                || Optional.ofNullable(message.getEntities())
                        .filter(entities -> !entities.isEmpty())
                        .isPresent();
        List<String> texts = isFormatted ? List.of(message.getText()) : of(message.getText());
        if (texts.size() == 1) {
            return List.of(message);
        }
        List<SendMessage> parts = new ArrayList<>();
        for (String text : texts) {
            parts.add(part(message, text));
        }
        SendMessage first = parts.get(0);
        first.setReplyToMessageId(message.getReplyToMessageId());
        first.setAllowSendingWithoutReply(message.getAllowSendingWithoutReply());
        first.setReplyParameters(message.getReplyParameters());
        SendMessage last = parts.get(parts.size() - 1);
        last.setReplyMarkup(message.getReplyMarkup());
        last.setMessageEffectId(message.getMessageEffectId());
        return parts;
    }

    private static SendMessage part(SendMessage whole, String text) {
        SendMessage part = new SendMessage(whole.getChatId(), text);
        part.setMessageThreadId(whole.getMessageThreadId());
        part.setDirectMessagesTopicId(whole.getDirectMessagesTopicId());
        part.setDisableWebPagePreview(whole.getDisableWebPagePreview());
        part.setDisableNotification(whole.getDisableNotification());
        part.setProtectContent(whole.getProtectContent());
        part.setLinkPreviewOptions(whole.getLinkPreviewOptions());
        part.setBusinessConnectionId(whole.getBusinessConnectionId());
        part.setAllowPaidBroadcast(whole.getAllowPaidBroadcast());
        part.setSuggestedPostParameters(whole.getSuggestedPostParameters());
        part.setReceiverUserId(whole.getReceiverUserId());
        part.setCallbackQueryId(whole.getCallbackQueryId());
        return part;
    }

    /**
     * Splits a text. If possible, a part ends after a line in its second half, otherwise after a word, otherwise
     * between any two characters.
     */
    static List<String> of(String text) {
        List<String> parts = new ArrayList<>();
        int from = 0;
        while (text.length() - from > MOST) {
            int to = end(text, from);
            parts.add(text.substring(from, to));
            from = to;
        }
        parts.add(text.substring(from));
        parts.removeIf(String::isBlank); // which Telegram refuses
        return parts.isEmpty() ? List.of(text) : parts;
    }

    private static int end(String text, int from) {
        int most = from + MOST;
        int least = from + MOST / 2;
        int line = text.lastIndexOf('\n', most - 1);
        if (line >= least) {
            return line + 1;
        }
        for (int end = most; end > least; end--) {
            if (Character.isWhitespace(text.charAt(end - 1))) {
                return end;
            }
        }
        return Character.isSurrogatePair(text.charAt(most - 1), text.charAt(most)) ? most - 1 : most;
    }
}
