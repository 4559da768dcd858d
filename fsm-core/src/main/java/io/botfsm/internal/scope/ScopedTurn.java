package io.botfsm.internal.scope;

import java.time.Instant;
import java.util.Optional;

/** A turn, in which the scopes of the conversation and its attributes are changed. */
public interface ScopedTurn extends ScopedConversation {
    /** Puts the properties of an object as entries of a scope, in place of those that are there. */
    void data(String scope, Object record);

    /** Removes all entries of a scope. */
    void removeData(String scope);

    /** Makes the conversation due at a time, in place of an earlier deadline. */
    void deadline(Instant due);

    /** Puts a deadline in place of the one that was read: a turn that leaves the state clears it likewise. */
    void restoreDeadline(Optional<Instant> former);

    /** Puts an attribute. */
    void attribute(String name, String text);

    /** Removes an attribute, if it is there. */
    void removeAttribute(String name);
}
