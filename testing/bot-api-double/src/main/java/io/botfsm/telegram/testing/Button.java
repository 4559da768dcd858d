package io.botfsm.telegram.testing;

import java.util.Optional;

/**
 * A button under a message.
 *
 * @param text what the user reads on it
 * @param data what the bot gets when it is pressed; empty for a link, and for a button of a reply keyboard, which says
 *     its text
 * @param url where it leads; empty unless it is a link
 */
public record Button(String text, Optional<String> data, Optional<String> url) {}
