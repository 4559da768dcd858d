package io.botfsm.redis.spi;

import io.botfsm.storage.FsmException;
import java.util.Optional;

/**
 * Thrown when the client library on the class path is older than the versions that an adapter supports. It is thrown
 * when connecting, before anything is sent. Retrying does not help; the application's dependencies have to be changed.
 */
@SuppressWarnings("serial") // thrown, caught and logged, never sent over a wire
public final class UnsupportedClientException extends FsmException {
    private final Optional<String> found;
    private final String oldest;
    private final String newest;

    /**
     * Creates an exception that names the library, its version and the remedy.
     *
     * @param client the library, such as {@code Lettuce}
     * @param artifact its Maven coordinates, {@code group:artifact}
     * @param found its version; empty if its jar does not contain it
     * @param oldest the oldest version that works
     * @param newest the newest version that is tested
     */
    public UnsupportedClientException(
            String client, String artifact, Optional<String> found, String oldest, String newest) {
        this(client, artifact, found, oldest, newest, "");
    }

    /**
     * Creates an exception that also says what the library is too old for.
     *
     * @param purpose what it is too old for, such as {@code for Lettuce 7}; empty if for the adapter
     */
    public UnsupportedClientException(
            String client, String artifact, Optional<String> found, String oldest, String newest, String purpose) {
        super(client + " " + found.orElse("of an unknown version") + " is too old"
                + (purpose.isEmpty() ? "" : " " + purpose) + ": versions " + oldest + " to " + newest
                + " are supported; set the version of " + artifact + " to one of them (with Spring Boot: the property "
                + artifact.replaceAll(".*:|-.*", "") + ".version)");
        this.found = found;
        this.oldest = oldest;
        this.newest = newest;
    }

    /** Returns the version found, if the jar contains it. */
    public Optional<String> found() {
        return found;
    }

    /** The oldest version that works. */
    public String oldest() {
        return oldest;
    }

    /** The newest version that is tested. */
    public String newest() {
        return newest;
    }
}
