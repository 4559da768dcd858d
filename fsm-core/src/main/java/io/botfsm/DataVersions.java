package io.botfsm;

import java.util.function.Consumer;

/**
 * Declares the versions of a data type, so that this build can read conversations stored by former builds. A type
 * without declared versions is in version 1.
 *
 * <p>From the first write of the type in a version above 1, the version is stored with the data. Data without a stored
 * version is in version 1. Not thread-safe.
 */
public interface DataVersions {
    /**
     * Sets the version that this build reads and writes. The default is 1.
     *
     * @throws IllegalArgumentException if it is below 1
     */
    DataVersions version(int present);

    /**
     * Declares how entries of one version are converted to the next. Every version from the first one declared here up
     * to the current one needs an upcaster; earlier versions are no longer read. Upcasters run in the order of the
     * versions whenever such data is read, possibly several times for one conversation, and must change nothing but the
     * entries. An upcaster may run on a conversation that has no data of the type; it has no effect there unless it
     * finds an entry.
     *
     * @param version the version that is converted
     * @param upcaster changes the entries of the type
     * @throws IllegalArgumentException if the version is below 1 or was given before
     */
    DataVersions from(int version, Consumer<? super StoredData> upcaster);

    /**
     * Sets the name under which the version is stored, in place of the type's simple name. Set it when the class is
     * renamed.
     *
     * @throws IllegalArgumentException if it is not 1 to 59 ASCII letters, digits and {@code . _ -}; thrown by
     *     {@link Fsm.Builder#data}, since the same rule applies to the type's simple name
     */
    DataVersions storedAs(String name);
}
