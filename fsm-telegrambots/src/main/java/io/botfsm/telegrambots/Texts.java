package io.botfsm.telegrambots;

import static java.util.Objects.requireNonNull;

import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.telegram.telegrambots.meta.api.objects.Update;

/** Conversions for flows whose inputs and replies are texts. */
public final class Texts {
    /** A command with the bot that it is for, as Telegram's apps send it in groups. */
    private static final Pattern COMMAND_TO = Pattern.compile("(?s)(/\\w+)@(\\w+)(.*)");

    private Texts() {}

    /** Returns a function that reads the unchanged text of a message; empty for any other update. */
    public static Function<Update, Optional<String>> in() {
        return update -> update.hasMessage() && update.getMessage().hasText()
                ? Optional.of(update.getMessage().getText())
                : Optional.empty();
    }

    /**
     * Returns a function that reads the text of a message, for a bot in groups: {@code /order@pizza_bot} is read as
     * {@code /order}, and a command to another bot is ignored.
     *
     * @param botName the bot's user name, with or without {@code @}
     */
    public static Function<Update, Optional<String>> in(String botName) {
        String own = requireNonNull(botName, "botName").replaceFirst("^@", "");
        return update -> in().apply(update).flatMap(text -> {
            Matcher command = COMMAND_TO.matcher(text);
            if (!command.matches()) {
                return Optional.of(text);
            }
            return own.equalsIgnoreCase(command.group(2))
                    ? Optional.of(command.group(1) + command.group(3))
                    : Optional.empty();
        });
    }

    /** Returns a format that sends a text as a message without buttons or formatting. */
    public static ReplyFormat<String> out() {
        return ChatAddress::message;
    }
}
