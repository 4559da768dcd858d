package io.botfsm.json;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import io.botfsm.internal.data.ReadProblem;
import java.util.Optional;

/** Describes a problem that Jackson found. Unlike Jackson's own messages, the description never quotes the value. */
final class CodecProblem {
    private CodecProblem() {}

    static String of(JsonProcessingException e) {
        if (e instanceof AbsentPrimitiveException absent) {
            return absent.getOriginalMessage();
        }
        if (e instanceof StreamConstraintsException) {
            return ReadProblem.TOO_LARGE;
        }
        if (String.valueOf(e.getOriginalMessage()).startsWith("Infinite recursion")) { // due to a StackOverflowError
            return ReadProblem.TOO_DEEP;
        }
        if (String.valueOf(e.getOriginalMessage())
                .startsWith("Duplicate field")) { // Jackson has no exception type of its own for this
            return ReadProblem.DUPLICATE;
        }
        if (e instanceof JsonParseException) {
            return ReadProblem.NOT_JSON;
        }
        if (e instanceof ValueInstantiationException && e.getCause() != null) {
            return ReadProblem.refusedWith(e.getCause());
        }
        if (e instanceof MismatchedInputException mismatch && mismatch.getTargetType() != null) {
            return ReadProblem.notOf(mismatch.getTargetType());
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
            super(processor, ReadProblem.absent(property));
        }
    }
}
