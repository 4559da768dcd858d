package io.botfsm.examples.onboarding.telegram;

import io.botfsm.examples.onboarding.Message;
import io.botfsm.examples.onboarding.Onboarding;
import io.botfsm.examples.onboarding.Reply;
import io.botfsm.storage.StorageKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.telegram.telegrambots.meta.api.objects.Update;
import org.telegram.telegrambots.meta.api.objects.replykeyboard.buttons.InlineKeyboardButton;
import org.telegram.telegrambots.meta.api.objects.replykeyboard.buttons.InlineKeyboardRow;

/**
 * Answers as buttons. A button's data is the state it was shown in, a colon, and the answer: it may be pressed much
 * later.
 */
final class Choice {
    private static final int PER_ROW = 3;

    private Choice() {}

    static List<InlineKeyboardRow> rows(Reply reply) {
        List<InlineKeyboardRow> rows = new ArrayList<>();
        for (int from = 0; from < reply.choices().size(); from += PER_ROW) {
            int to = Math.min(from + PER_ROW, reply.choices().size());
            rows.add(new InlineKeyboardRow(reply.choices().subList(from, to).stream()
                    .map(choice -> button(reply.state(), choice))
                    .toList()));
        }
        return rows;
    }

    private static InlineKeyboardButton button(Optional<Onboarding> state, String choice) {
        return InlineKeyboardButton.builder()
                .text(choice)
                .callbackData(state.map(Onboarding::name).orElse("") + ":" + choice)
                .build();
    }

    /** The message that a pressed button stands for. */
    static Message of(StorageKey key, Update update) {
        String[] parts = (update.getCallbackQuery().getData() + ":").split(":", 3);
        Optional<Onboarding> state = Arrays.stream(Onboarding.values())
                .filter(value -> value.name().equals(parts[0]))
                .findAny();
        return new Message(key, update.getUpdateId(), state.isPresent() ? parts[1] : "", state);
    }
}
