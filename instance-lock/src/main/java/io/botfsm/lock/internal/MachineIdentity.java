package io.botfsm.lock.internal;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The properties that distinguish this machine from a copy of it, as far as a process can read them on Linux: host
 * name, machine id, the hardware id if it is readable, and the addresses of network cards. Copies of a running machine
 * share the boot id and often most of these properties; their operator has to change at least the host name or the
 * address of a card.
 */
final class MachineIdentity {
    private static final int HASH_BYTES = 12;

    private MachineIdentity() {}

    /**
     * Returns a hash of these properties, since a machine id is confidential; empty if the machine has no id.
     *
     * @param root the file system's root
     */
    static Optional<String> read(Path root) throws IOException {
        Optional<String> id = text(root.resolve("etc/machine-id"))
                .or(() -> text(root.resolve("var/lib/dbus/machine-id")))
                .filter(text -> text.matches("[0-9a-f]{32}"));
        if (id.isEmpty()) {
            return Optional.empty();
        }
        List<String> parts = new ArrayList<>();
        parts.add(id.get());
        parts.add(Files.readString(root.resolve("proc/sys/kernel/hostname"), UTF_8));
        parts.add(text(root.resolve("sys/class/dmi/id/product_uuid")).orElse("")); // for root only on most machines
        parts.addAll(networkCards(root.resolve("sys/class/net")));
        return Optional.of(hash(String.join("\n", parts)));
    }

    private static Optional<String> text(Path file) {
        try {
            return Optional.of(Files.readString(file, UTF_8).strip()).filter(text -> !text.isEmpty());
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** Lists physical network cards only, since bridges and container interfaces come and go. */
    private static List<String> networkCards(Path folder) throws IOException {
        try (Stream<Path> interfaces = Files.list(folder)) {
            return interfaces
                    .filter(card -> Files.exists(card.resolve("device")))
                    .flatMap(card -> text(card.resolve("address")).stream())
                    .sorted()
                    .toList();
        } catch (NoSuchFileException e) {
            return List.of();
        }
    }

    private static String hash(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8));
            return HexFormat.of().formatHex(digest, 0, HASH_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
