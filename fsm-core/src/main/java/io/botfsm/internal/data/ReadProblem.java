package io.botfsm.internal.data;

/** What is wrong with a stored text, in words that quote none of it. Each version of Jackson has its own exceptions. */
public final class ReadProblem {
    /** A limit of the codec is exceeded. */
    public static final String TOO_LARGE = "a number has too many digits, or objects and lists are nested too deep";

    /** A thread with a small stack, or deep in calls already, bears less than the limit. */
    public static final String TOO_DEEP = "objects and lists are nested too deep for the stack of this thread";

    /** The same name twice. */
    public static final String DUPLICATE = "a name occurs twice in one object";

    /** Nothing that a parser understands. */
    public static final String NOT_JSON = "not JSON";

    private ReadProblem() {}

    /** A constructor has thrown. */
    public static String refusedWith(Throwable thrown) {
        return "refused by its constructor with " + thrown.getClass().getName();
    }

    /** The text is of another type. */
    public static String notOf(Class<?> type) {
        return "not of type " + type.getSimpleName()
                + "; if the declared type has changed, convert the entry in an upcaster of a new version, or read it "
                + "as its former type and store it again as the new one";
    }

    /** A primitive property is missing. */
    public static String absent(String property) {
        return "absent, but the primitive property \"" + property
                + "\" needs a value; if it was renamed, name the former one in @JsonAlias or rename the entry in an "
                + "upcaster of a new version; if it is new, give it a nullable type, or a value in such an upcaster";
    }
}
