/** Conversation data as JSON with Jackson 3: {@link io.botfsm.json.jackson3.Jackson3Codec}. */
@SuppressWarnings("module") // the digit is of Jackson's own name
module io.botfsm.json.jackson3 {
    requires transitive io.botfsm.core;
    requires transitive tools.jackson.databind;
    requires static transitive org.jspecify;

    exports io.botfsm.json.jackson3;
}
