package io.botfsm;

import java.util.function.Consumer;

/**
 * The versions that a type of data has had, so that conversations stored by former builds are read by this one. A type
 * whose versions are not declared is in version 1.
 *
 * <p>With the first write of the type in a version above 1 that version is remembered beside the data; what has none
 * remembered is in version 1. Not thread-safe.
 */
public interface DataVersions {
    /**
     * The version that this build reads and writes; 1 unless set.
     *
     * @throws IllegalArgumentException if it is below 1
     */
    DataVersions version(int present);

    /**
     * How entries of one version become those of the next. Each version up to the present one needs this; those before
     * the first that has it are no longer read. Runs whenever such data is read, in the order of the versions, also
     * several times for one conversation: it changes nothing but the entries. It may run on a conversation that has no
     * data of the type, and has no effect there unless it finds an entry.
     *
     * @param version the version that it starts from
     * @param upcaster changes the entries of the type
     * @throws IllegalArgumentException if the version is below 1 or was given before
     */
    DataVersions from(int version, Consumer<? super StoredData> upcaster);

    /**
     * The name under which the version is remembered, instead of the type's simple name. Set it when the class is
     * renamed.
     *
     * @throws IllegalArgumentException if it is not 1 to 59 ASCII letters, digits and {@code . _ -}; thrown by
     *     {@link Fsm.Builder#data}, since the type's simple name has to be one too
     */
    DataVersions storedAs(String name);
}
