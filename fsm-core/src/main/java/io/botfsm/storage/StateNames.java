package io.botfsm.storage;

/**
 * Sets how the states of one enum are stored, so that conversations remain readable after the enum or a constant is
 * renamed. Not thread-safe.
 *
 * @param <E> the enum
 */
public interface StateNames<E extends Enum<E>> {
    /**
     * Sets the group's name, in place of the enum's simple name.
     *
     * @throws IllegalArgumentException if it is empty, holds a colon or an unpaired surrogate
     */
    StateNames<E> group(String stored);

    /**
     * Sets a constant's name within the group, in place of its own.
     *
     * @throws IllegalArgumentException if it is empty or holds an unpaired surrogate
     */
    StateNames<E> name(E state, String stored);

    /**
     * Adds a former name under which conversations may still store the state, including the group:
     * {@code "Signup:AGE"}. It is only read, never written.
     *
     * @throws IllegalArgumentException if it is empty, has no group (no colon), or holds an unpaired surrogate
     */
    StateNames<E> formerly(String stored, E state);
}
