package io.botfsm.json;

import io.botfsm.internal.text.Text;
import io.botfsm.storage.FsmException;
import io.botfsm.storage.StorageKey;
import java.lang.reflect.Type;
import java.util.Locale;
import java.util.Optional;

/**
 * Thrown when a stored data entry cannot be read as the requested type: it is not JSON, is of another kind, or is
 * absent although a primitive property needs a value. The conversation is unchanged. The message names the
 * conversation, the entry and the type, never the value. For the same reason there is no cause, since the message of a
 * JSON parser quotes what it read.
 */
@SuppressWarnings("serial") // thrown, caught and logged, never sent over a wire
public sealed class UnreadableDataException extends FsmException permits NewerDataException {
    private final Optional<StorageKey> key;
    private final String field;
    private final Type type;
    private final String problem;

    /**
     * Creates the exception as a {@link JsonCodec} throws it, without a conversation.
     *
     * @param field the name of the data entry, or an empty text if the codec reads a single value
     * @param type the type that was asked for
     * @param problem what is wrong, without any part of the value
     */
    public UnreadableDataException(String field, Type type, String problem) {
        this(Optional.empty(), field, type, problem);
    }

    UnreadableDataException(Optional<StorageKey> key, String field, Type type, String problem) {
        super(String.format(
                Locale.ROOT,
                "%sdata entry \"%s\" cannot be read as %s: %s",
                key.map(k -> k + ": ").orElse(""),
                Text.printable(field),
                type.getTypeName(),
                problem));
        this.key = key;
        this.field = field;
        this.type = type;
        this.problem = problem;
    }

    /** Returns the same exception for one entry of one conversation. */
    public UnreadableDataException in(StorageKey conversation, String entry) {
        return new UnreadableDataException(Optional.of(conversation), field.isEmpty() ? entry : field, type, problem);
    }

    /** Returns the key of the conversation; empty if the codec was used directly. */
    public Optional<StorageKey> key() {
        return key;
    }

    /** What is wrong, without any part of the value. */
    public String problem() {
        return problem;
    }

    /** The name of the data entry. */
    public String field() {
        return field;
    }

    /** The type that was asked for. */
    public Type type() {
        return type;
    }
}
