package io.botfsm.redis.testkit;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * A test's own certificate authority, and the certificates that it signs, made by the JDK's {@code keytool}. Everything
 * lies in one folder: a key store and PEM files. One thread at a time.
 */
public final class TestAuthority {
    /** The password of the key store. */
    public static final String PASSWORD = "changeit";

    private final Path directory;
    private final String name;
    private final Path keyStore;

    /**
     * Makes its key and certificate.
     *
     * @param directory an existing folder for this authority alone
     * @param name not the name of another authority
     */
    public TestAuthority(Path directory, String name) {
        this.directory = directory;
        this.name = name;
        this.keyStore = directory.resolve("keys.p12");
        keytool(name, "-ext", "bc:c");
    }

    /** The key store, of type PKCS12, with all keys and certificates. */
    public Path keyStore() {
        return keyStore;
    }

    /** The authority's certificate as PEM; whoever trusts it trusts all that the authority has signed. */
    public Path certificate() {
        return certificate(name);
    }

    /** Makes a key and a signed certificate, valid only for the name localhost; for a server or a client. */
    public Signed sign(String alias) {
        keytool(alias, "-signer", name, "-ext", "SAN=dns:localhost");
        return new Signed(certificate(alias), key(alias));
    }

    /**
     * What was signed, as PEM files.
     *
     * @param certificate the certificate
     * @param key its private key, without a password
     */
    public record Signed(Path certificate, Path key) {}

    private void keytool(String alias, String... options) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                alias,
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-dname",
                "CN=" + alias,
                "-keystore",
                keyStore.toString(),
                "-storetype",
                "PKCS12",
                "-storepass",
                PASSWORD));
        command.addAll(List.of(options));
        try {
            Process process = new ProcessBuilder(command).inheritIO().start();
            if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
                process.destroyForcibly();
                throw new IllegalStateException("keytool failed for " + alias);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private Path certificate(String alias) {
        try {
            return pem(alias, "CERTIFICATE", keys().getCertificate(alias).getEncoded());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private Path key(String alias) {
        try {
            return pem(
                    alias,
                    "PRIVATE KEY",
                    keys().getKey(alias, PASSWORD.toCharArray()).getEncoded());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private KeyStore keys() throws GeneralSecurityException {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(keyStore)) {
            keys.load(in, PASSWORD.toCharArray());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return keys;
    }

    private Path pem(String alias, String kind, byte[] der) {
        String text = String.format(
                Locale.ROOT,
                "-----BEGIN %s-----\n%s\n-----END %s-----\n",
                kind,
                Base64.getMimeEncoder(64, "\n".getBytes(US_ASCII)).encodeToString(der),
                kind);
        try {
            return Files.writeString(directory.resolve(alias + "-" + kind.replace(' ', '-') + ".pem"), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
