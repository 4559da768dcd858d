package io.botfsm.internal.data;

/**
 * The messages for stored text that cannot be read, which never quote the text. The codecs for all versions of Jackson
 * share them, since each version has its own exceptions.
 */
public final class ReadProblem {
    /** A limit of the codec is exceeded. */
    public static final String TOO_LARGE = "a number has too many digits, or objects and lists are nested too deep";

    /** The nesting is within the limit of the codec, but too deep for the remaining stack of the thread. */
    public static final String TOO_DEEP = "objects and lists are nested too deep for the stack of this thread";

    /** An object has the same name twice. */
    public static final String DUPLICATE = "a name occurs twice in one object";

    /** The parser does not accept the text. */
    public static final String NOT_JSON = "not JSON";

    private ReadProblem() {}

    /** Returns the message for a constructor that threw. */
    public static String refusedWith(Throwable thrown) {
        return "refused by its constructor with " + thrown.getClass().getName();
    }

    /** Returns the message for a text that is not of {@code type}. */
    public static String notOf(Class<?> type) {
        return "not of type " + type.getSimpleName()
                + "; if the declared type has changed, convert the entry in an upcaster of a new version, or read it "
                + "as its former type and store it again as the new one";
    }

    /** Returns the message for a primitive property that is missing. */
    public static String absent(String property) {
        return "absent, but the primitive property \"" + property
                + "\" needs a value; if it was renamed, name the former one in @JsonAlias or rename the entry in an "
                + "upcaster of a new version; if it is new, give it a nullable type, or a value in such an upcaster";
    }
}
