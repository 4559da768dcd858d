package io.botfsm.cli;

import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.catalog.FoundConversation;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "watch",
        description = "Follows one conversation, or the changes of all that match, until it is stopped.")
final class WatchCommand extends StoreCommand {
    @Parameters(arity = "0..1", paramLabel = "KEY", description = "one conversation; without it, all that match")
    private Optional<StorageKey> key = Optional.empty();

    @Mixin
    private KeyOptions which = new KeyOptions();

    @Option(names = "--state", paramLabel = "NAME", description = "changes to and from this state alone")
    private Optional<String> state = Optional.empty();

    @Option(names = "--interval", paramLabel = "TIME", description = "between two looks, 2s unless given")
    private Duration interval = Duration.ofSeconds(2);

    @Option(names = "--changes", paramLabel = "NUMBER", description = "ends after so many changes")
    private long changes = Long.MAX_VALUE;

    private final Map<StorageKey, Snapshot> known = new HashMap<>();
    private long seen;

    WatchCommand(Botfsm botfsm) {
        super(botfsm);
    }

    @Override
    int run(Report report) throws IOException {
        try (OpenStore<StateStorage> store = settings().storage()) {
            known.putAll(look(store.part()));
            while (seen < changes) {
                TimeUnit.NANOSECONDS.sleep(interval.toNanos());
                compare(store.part(), look(store.part()), report);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return ExitStatus.DONE;
    }

    private Map<StorageKey, Snapshot> look(StateStorage storage) {
        Map<StorageKey, Snapshot> found = new LinkedHashMap<>();
        if (key.isPresent()) {
            found.put(key.get(), withoutValues(result(storage.read(key.get()))));
        } else {
            scan(storage, which.filter(), page -> {
                for (FoundConversation each : page.found()) {
                    found.put(each.key(), withoutValues(each.snapshot()));
                }
            });
        }
        return found;
    }

    /** All that is compared; there may be many. */
    private static Snapshot withoutValues(Snapshot snapshot) {
        return Snapshot.builder()
                .state(snapshot.state())
                .version(snapshot.version())
                .touched(snapshot.touched())
                .build();
    }

    private void compare(StateStorage storage, Map<StorageKey, Snapshot> found, Report report) {
        Map<StorageKey, Snapshot> before = Map.copyOf(known);
        before.forEach((each, was) -> {
            if (!found.containsKey(each)) {
                Snapshot now = result(storage.read(each)); // a scan may miss one that changes meanwhile
                if (now.version() != was.version()) {
                    known.remove(each);
                    change(report, each, was, now);
                }
            }
        });
        found.forEach((each, snapshot) -> {
            known.put(each, snapshot);
            change(report, each, before.getOrDefault(each, Snapshot.none()), snapshot);
        });
    }

    private void change(Report report, StorageKey each, Snapshot before, Snapshot now) {
        boolean isWanted = state.isEmpty() || state.equals(before.state()) || state.equals(now.state());
        if (seen == changes || before.version() == now.version() || !isWanted) {
            return;
        }
        seen++;
        Instant at = now.touched().orElseGet(Instant::now);
        String from = ShownConversation.state(before.state());
        String to = ShownConversation.state(now.state());
        report.line(
                Report.object()
                        .put("at", at.toString())
                        .put("key", each.toText())
                        .put("from", before.state().orElse(null))
                        .put("to", now.state().orElse(null))
                        .put("version", now.version()),
                report.timeOfDay(at) + "  " + each.toText() + "  "
                        + (from.equals(to) ? to + " (data)" : from + " -> " + to));
    }
}
