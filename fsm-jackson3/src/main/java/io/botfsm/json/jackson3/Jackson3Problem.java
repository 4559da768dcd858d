package io.botfsm.json.jackson3;

import io.botfsm.internal.data.ReadProblem;
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
            return ReadProblem.TOO_LARGE;
        }
        if (String.valueOf(e.getOriginalMessage()).startsWith("Infinite recursion")) { // caused by a StackOverflowError
            return ReadProblem.TOO_DEEP;
        }
        if (String.valueOf(e.getOriginalMessage()).startsWith("Duplicate")) { // it has no exception type of its own
            return ReadProblem.DUPLICATE;
        }
        if (e instanceof StreamReadException) {
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

    /** The property of the outermost object in which the problem lies, if it lies in one. */
    static String property(JacksonException e) {
        return e.getPath().isEmpty()
                ? ""
                : Optional.ofNullable(e.getPath().get(0).getPropertyName()).orElse("");
    }

    /** Thrown when the text lacks a property of a primitive type. */
    @SuppressWarnings("serial") // thrown and caught, never sent over a wire
    static final class MissingPrimitiveException extends DatabindException {
        MissingPrimitiveException(JsonParser parser, String property) {
            super(parser, ReadProblem.absent(property));
        }
    }
}
