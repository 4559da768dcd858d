package io.botfsm.redis;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/** The scripts, one file for each operation. */
final class Script {
    static final Script WRITE = load("write.lua");
    static final Script PROBE = load("probe.lua");
    static final Script ACQUIRE = load("lease-acquire.lua");
    static final Script RENEW = load("lease-renew.lua");
    static final Script RELEASE = load("lease-release.lua");
    static final Script FORCE = load("lease-force.lua");
    static final Script READ = load("lease-read.lua");
    static final Script LEASE_PROBE = load("lease-probe.lua");
    static final Script AIOGRAM_READ = load("aiogram-read.lua");
    static final Script AIOGRAM_WRITE = load("aiogram-write.lua");
    static final Script AIOGRAM_PROBE = load("aiogram-probe.lua");
    static final Script SCAN = load("scan.lua");

    /** Those that a server should know before conversations are kept there. */
    static final List<Script> OF_CONVERSATIONS = List.of(WRITE, PROBE);

    /** Those that a server should know before leases are kept there. */
    static final List<Script> OF_LEASES = List.of(ACQUIRE, RENEW, RELEASE, FORCE, READ, LEASE_PROBE);

    /** Those that a server should know before conversations are kept there as aiogram keeps them. */
    static final List<Script> OF_AIOGRAM = List.of(AIOGRAM_READ, AIOGRAM_WRITE, AIOGRAM_PROBE);

    private final byte[] text;
    private final String sha;

    private Script(byte[] text) {
        this.text = text;
        this.sha = sha1(text);
    }

    private static Script load(String name) {
        try (InputStream file = Script.class.getResourceAsStream(name)) {
            if (file == null) {
                throw new IllegalStateException("missing from the jar: " + name);
            }
            return new Script(file.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What scripts can compute too, and Redis names them by; nothing secret depends on it. In hexadecimal digits. */
    static String sha1(byte[]... parts) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-1");
            for (byte[] part : parts) {
                digest.update(part);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every Java platform has it
        }
    }

    /** A copy, since a port belongs to someone else. */
    byte[] text() {
        return text.clone();
    }

    String sha() {
        return sha;
    }
}
