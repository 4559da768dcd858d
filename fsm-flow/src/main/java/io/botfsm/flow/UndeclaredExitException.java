package io.botfsm.flow;

import io.botfsm.internal.text.Text;
import io.botfsm.storage.FsmException;
import io.botfsm.storage.StorageKey;
import java.util.Locale;
import java.util.Optional;

/**
 * Thrown when a handler decided to use an exit that is not declared. Nothing of its turn was stored. If it handles the
 * result of work, the turn that led to the work is stored, and the work will be repeated.
 */
@SuppressWarnings("serial") // thrown, caught and logged, never sent over a wire
public final class UndeclaredExitException extends FsmException {
    private final StorageKey key;
    private final Optional<String> from;
    private final Optional<Enum<?>> to;

    UndeclaredExitException(
            StorageKey key, Optional<String> from, Optional<Enum<?>> to, String destination, String remedy) {
        super(String.format(
                Locale.ROOT,
                "%s: a handler in %s went %s, which is not declared; %s",
                key,
                from.map(Text::field).orElse("no state"),
                destination,
                remedy));
        this.key = key;
        this.from = from;
        this.to = to;
    }

    /** The conversation. */
    public StorageKey key() {
        return key;
    }

    /** The state that is stored; empty for none. */
    public Optional<String> from() {
        return from;
    }

    /** The state that the handler went to; empty if it went back, or ended or returned from its dialog. */
    public Optional<Enum<?>> to() {
        return to;
    }
}
