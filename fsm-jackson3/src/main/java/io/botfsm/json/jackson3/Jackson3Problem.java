package io.botfsm.json.jackson3;

import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.databind.DatabindException;
import tools.jackson.databind.exc.MismatchedInputException;
import tools.jackson.databind.exc.ValueInstantiationException;

/** Says what Jackson found wrong without repeating what it read: its own messages quote the value. */
final class Jackson3Problem {
    private Jackson3Problem() {}

    static String of(JacksonException e) {
        if (e instanceof MissingPrimitiveException missing) {
            return missing.getOriginalMessage();
        }
        if (e instanceof StreamConstraintsException) {
            return "a number has too many digits, or objects and lists are nested too deep";
        }
        if (String.valueOf(e.getOriginalMessage()).startsWith("Duplicate")) { // an exception of no type of its own
            return "a name occurs twice in one object";
        }
        if (e instanceof StreamReadException) {
            return "not JSON";
        }
        if (e instanceof ValueInstantiationException && e.getCause() != null) {
            return "refused by its constructor with " + e.getCause().getClass().getName();
        }
        if (e instanceof MismatchedInputException mismatch && mismatch.getTargetType() != null) {
            return notOf(mismatch.getTargetType());
        }
        return e.getClass().getSimpleName();
    }

    /** The property of the outermost object in which the problem lies, if it lies in one. */
    static String property(JacksonException e) {
        return e.getPath().isEmpty()
                ? ""
                : Optional.ofNullable(e.getPath().get(0).getPropertyName()).orElse("");
    }

    /** A property of a primitive type that the text does not have. */
    @SuppressWarnings("serial") // thrown and caught, never sent over a wire
    static final class MissingPrimitiveException extends DatabindException {
        MissingPrimitiveException(JsonParser parser, String property) {
            super(parser, absent(property));
        }
    }

    static String notOf(Class<?> type) {
        return "not of type " + type.getSimpleName()
                + "; if the declared type has changed, convert the entry in an upcaster of a new version, or read it "
                + "as its former type and store it again as the new one";
    }

    static String absent(String property) {
        return "absent, but the primitive property \"" + property
                + "\" needs a value; if it was renamed, name the former one in @JsonAlias or rename the entry in an "
                + "upcaster of a new version; if it is new, give it a nullable type, or a value in such an upcaster";
    }
}
