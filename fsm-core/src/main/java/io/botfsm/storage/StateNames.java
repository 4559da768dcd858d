package io.botfsm.storage;

/**
 * How the states of one enum are stored, so that renaming the enum or a constant locks no user out. Not thread-safe.
 *
 * @param <E> the enum
 */
public interface StateNames<E extends Enum<E>> {
    /**
     * The group's name, instead of the enum's simple name.
     *
     * @throws IllegalArgumentException if it is empty, holds a colon or an unpaired surrogate
     */
    StateNames<E> group(String stored);

    /**
     * A constant's name within the group, instead of its own.
     *
     * @throws IllegalArgumentException if it is empty or holds an unpaired surrogate
     */
    StateNames<E> name(E state, String stored);

    /**
     * A whole stored name, group included, under which conversations may still hold the state: {@code "Signup:AGE"}. It
     * is read, never written.
     *
     * @throws IllegalArgumentException if it is empty, has no group (no colon), or holds an unpaired surrogate
     */
    StateNames<E> formerly(String stored, E state);
}
