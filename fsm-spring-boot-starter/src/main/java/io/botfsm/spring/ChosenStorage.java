package io.botfsm.spring;

import io.botfsm.lock.store.LeaseStore;
import io.botfsm.spring.StorageBackend.Opened;
import io.botfsm.storage.FsmException;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageUnavailableException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The storage that the properties name, or the only one that is available. */
final class ChosenStorage {
    private static final Logger LOG = LoggerFactory.getLogger(ChosenStorage.class.getPackageName());
    private static final Duration PAUSE = Duration.ofMillis(500);

    private final Opened opened;
    private final String reason;
    private final StateStorage conversations;

    private ChosenStorage(Opened opened, String reason) {
        this.opened = opened;
        this.reason = reason;
        this.conversations = opened.states().stateStorage();
    }

    static ChosenStorage open(BotfsmProperties properties, List<StorageBackend> there) {
        Optional<StorageKind> wanted = Optional.ofNullable(properties.storage());
        StorageBackend backend = wanted.map(kind -> of(kind, there)).orElseGet(() -> only(there));
        String reason = wanted.isPresent()
                ? "set by botfsm.storage"
                : backend.kind() == StorageKind.MEMORY ? "no other storage is available" : backend.reason();
        return new ChosenStorage(opened(backend, properties.storageWait()), reason);
    }

    private static StorageBackend of(StorageKind kind, List<StorageBackend> there) {
        return there.stream()
                .filter(backend -> backend.kind() == kind)
                .findFirst()
                .orElseThrow(() -> new BotfsmStartException(
                        "botfsm.storage is " + name(kind) + ", but what it needs is missing.", needs(kind), null));
    }

    private static String needs(StorageKind kind) {
        return switch (kind) {
            case MEMORY -> "Add io.botfsm:fsm-memory to the application.";
            case REDIS ->
                "Add io.botfsm:fsm-redis-lettuce (or fsm-redis-jedis), and either spring-boot-starter-data-redis with"
                        + " spring.data.redis.* properties or the property botfsm.redis.uri.";
            case JDBC ->
                "Add io.botfsm:fsm-jdbc and a data source, such as spring-boot-starter-jdbc with a driver and"
                        + " spring.datasource.url.";
        };
    }

    private static StorageBackend only(List<StorageBackend> there) {
        List<StorageBackend> lasting = there.stream()
                .filter(backend -> backend.kind() != StorageKind.MEMORY)
                .toList();
        if (lasting.size() > 1) {
            throw new BotfsmStartException(
                    "Conversations could be kept in several storages: "
                            + lasting.stream().map(StorageBackend::reason).collect(Collectors.joining("; ")) + ".",
                    "Set botfsm.storage to one of: "
                            + lasting.stream()
                                    .map(backend -> name(backend.kind()))
                                    .collect(Collectors.joining(", "))
                            + ".",
                    null);
        }
        return lasting.stream()
                .findFirst()
                .or(() -> there.stream().findFirst())
                .orElseThrow(() -> new BotfsmStartException(
                        "There is no storage for conversations.",
                        needs(StorageKind.MEMORY) + " Or: " + needs(StorageKind.REDIS) + " Or: "
                                + needs(StorageKind.JDBC),
                        null));
    }

    private static String name(StorageKind kind) {
        return kind.name().toLowerCase(Locale.ROOT);
    }

    private static Opened opened(StorageBackend backend, Duration wait) {
        long end = System.nanoTime() + wait.toNanos();
        while (true) {
            try {
                return backend.opener().open();
            } catch (StorageUnavailableException e) {
                if (System.nanoTime() + PAUSE.toNanos() > end) {
                    throw failed(backend, e, "Start the storage, or let the bot wait for it with botfsm.storage-wait.");
                }
                LOG.warn("The start is waiting for the storage: {}", e.getMessage());
                pause(backend, e);
            } catch (FsmException | IllegalArgumentException e) {
                throw failed(backend, e, "Correct the cause that the message names.");
            }
        }
    }

    private static void pause(StorageBackend backend, StorageUnavailableException e) {
        try {
            Thread.sleep(PAUSE.toMillis());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw failed(backend, e, "The start was interrupted.");
        }
    }

    private static BotfsmStartException failed(StorageBackend backend, RuntimeException e, String action) {
        return new BotfsmStartException(
                "The storage " + name(backend.kind()) + " (" + backend.reason() + ") cannot be used: " + e.getMessage(),
                action,
                e);
    }

    /** The storage itself, without layers. */
    StateStorage conversations() {
        return conversations;
    }

    /** A new store. */
    LeaseStore leases() {
        return opened.leases().leaseStore();
    }

    /** Called by the context, after everything that was opened from the storage has been closed. */
    public void close() throws Exception {
        opened.connection().close();
    }

    /** What was chosen, and why. */
    @Override
    public String toString() {
        return opened.name() + " (" + reason + ")";
    }
}
