package io.botfsm.telegram.testing;

import java.util.Optional;

/**
 * A button under a message.
 *
 * @param text the label
 * @param data the data that the bot receives when it is pressed; empty for a link, and for a button of a reply
 *     keyboard, which sends its text
 * @param url the address of a link; empty for other buttons
 */
public record Button(String text, Optional<String> data, Optional<String> url) {}
