package io.botfsm.json;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import java.util.Optional;

/** Describes a problem that Jackson found without quoting the value, as Jackson's own messages do. */
final class CodecProblem {
    private CodecProblem() {}

    static String of(JsonProcessingException e) {
        if (e instanceof AbsentPrimitiveException absent) {
            return absent.getOriginalMessage();
        }
        if (e instanceof StreamConstraintsException) {
            return "a number has too many digits, or objects and lists are nested too deep";
        }
        if (String.valueOf(e.getOriginalMessage())
                .startsWith("Duplicate field")) { // an exception of no type of its own
            return "a name occurs twice in one object";
        }
        if (e instanceof JsonParseException) {
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

    /** Returns the property of the outermost object that has the problem; empty if there is none. */
    static String property(JsonProcessingException e) {
        return e instanceof JsonMappingException mapping && !mapping.getPath().isEmpty()
                ? Optional.ofNullable(mapping.getPath().get(0).getFieldName()).orElse("")
                : "";
    }

    /** A property of a primitive type is missing from the text. */
    @SuppressWarnings("serial") // thrown and caught, never sent over a wire
    static final class AbsentPrimitiveException extends JsonMappingException {
        AbsentPrimitiveException(java.io.Closeable processor, String property) {
            super(processor, absent(property));
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
