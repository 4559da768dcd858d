package io.botfsm.internal.scope;

import java.time.Instant;
import java.util.Optional;

/** A turn that can also change the scopes and attributes of the conversation. */
public interface ScopedTurn extends ScopedConversation {
    /** Puts the properties of an object as entries of a scope, in place of the existing ones. */
    void data(String scope, Object record);

    /** Removes all entries of a scope. */
    void removeData(String scope);

    /** Makes the conversation due at a time, in place of an earlier deadline. */
    void deadline(Instant due);

    /** Replaces the deadline that was read. As with the original one, a turn that leaves the state clears it. */
    void restoreDeadline(Optional<Instant> former);

    /** Puts an attribute. */
    void attribute(String name, String text);

    /** Removes an attribute, if it is present. */
    void removeAttribute(String name);
}
