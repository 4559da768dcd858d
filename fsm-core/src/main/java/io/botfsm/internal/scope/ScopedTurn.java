package io.botfsm.internal.scope;

/** A turn, in which the scopes of the conversation and its attributes are changed. */
public interface ScopedTurn extends ScopedConversation {
    /** Puts the properties of an object as entries of a scope, in place of those that are there. */
    void data(String scope, Object record);

    /** Removes all entries of a scope. */
    void removeData(String scope);

    /** Puts an attribute. */
    void attribute(String name, String text);

    /** Removes an attribute, if it is there. */
    void removeAttribute(String name);
}
