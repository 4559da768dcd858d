package io.botfsm.telegram.testing;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A message in its current form, with edits applied.
 *
 * @param messageId unique in the chat
 * @param fromBot whether the bot sent it
 * @param text the current text
 * @param keyboard the buttons in rows, inline or of a reply keyboard; empty if there is none
 * @param thread the topic it was sent to, if any
 * @param sent when it was sent, in whole seconds
 * @param edited when it was last edited, empty if never
 */
public record ShownMessage(
        long messageId,
        boolean fromBot,
        String text,
        List<List<Button>> keyboard,
        Optional<Long> thread,
        Instant sent,
        Optional<Instant> edited) {
    /** Copies the keyboard. */
    public ShownMessage {
        keyboard = keyboard.stream().map(List::copyOf).toList();
    }

    /** All buttons, row by row. */
    public List<Button> buttons() {
        return keyboard.stream().flatMap(List::stream).toList();
    }
}
