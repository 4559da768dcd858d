package io.botfsm.redis.spi;

import io.botfsm.redis.spi.RedisUri.Node;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a node of a cluster sends a command that it does not execute.
 *
 * @param node the node; its host is empty if it is that of the node which answers
 * @param onlyThisTime whether it is the one command only, after {@code ASKING}: the slot is about to move
 */
record Redirection(Node node, boolean onlyThisTime) {
    private static final Pattern FORM = Pattern.compile("-?(MOVED|ASK) \\d{1,5} (\\S*):(\\d{1,5})");

    static Optional<Redirection> of(String error) {
        Matcher form = FORM.matcher(error.strip());
        return form.matches()
                ? Optional.of(new Redirection(
                        new Node(form.group(2), Integer.parseInt(form.group(3))),
                        form.group(1).equals("ASK")))
                : Optional.empty();
    }
}
