package io.botfsm.cli;

import io.botfsm.cli.SeenConversations.Change;
import io.botfsm.storage.ConversationRefusedException;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.StorageUnavailableException;
import io.botfsm.storage.catalog.ConversationFilter;
import io.botfsm.storage.catalog.UnreadableRecord;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "watch",
        description = "Prints the changes of one conversation, or of all that match, until it is stopped.")
final class WatchCommand extends StoreCommand {
    @Parameters(arity = "0..1", paramLabel = "KEY", description = "one conversation; without it, all that match")
    private Optional<StorageKey> key = Optional.empty();

    @Mixin
    private KeyOptions which = new KeyOptions();

    @Option(names = "--state", paramLabel = "NAME", description = "only changes to and from this state")
    private Optional<String> state = Optional.empty();

    @Option(names = "--interval", paramLabel = "TIME", description = "time between two scans (default: 2s)")
    private Duration interval = Duration.ofSeconds(2);

    @Option(names = "--changes", paramLabel = "NUMBER", description = "ends after this number of changes")
    private long changes = Long.MAX_VALUE;

    private final SeenConversations conversations = new SeenConversations();
    private Set<UnreadableRecord> unreadable = Set.of();
    private boolean isAvailable = true;
    private long printed;

    WatchCommand(Botfsm botfsm) {
        super(botfsm);
    }

    @Override
    int run(Report report) throws IOException {
        if (changes < 1) {
            throw new Refusal(ExitStatus.REFUSED, "--changes must be at least 1: " + changes);
        }
        if (key.isPresent() && !which.filter().equals(ConversationFilter.all())) {
            throw new Refusal(ExitStatus.REFUSED, "watch takes a KEY or --bot, --chat and --user, not both");
        }
        try (OpenStore<StateStorage> store = settings().storage()) {
            var unused = poll(store.part(), report);
            while (printed < changes) {
                TimeUnit.MILLISECONDS.sleep(interval.toMillis());
                pollAgain(store.part(), report);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return ExitStatus.DONE;
    }

    /** Goes on after an outage, and then prints what has changed meanwhile. */
    private void pollAgain(StateStorage storage, Report report) {
        try {
            List<Change> seen = poll(storage, report);
            if (!isAvailable) {
                report.warning("the store is available again");
            }
            isAvailable = true;
            seen.stream().filter(this::isWanted).limit(changes - printed).forEach(change -> print(report, change));
        } catch (StorageUnavailableException e) {
            if (isAvailable) {
                report.warning("the store is unavailable; watch goes on when it is available again");
            }
            isAvailable = false;
        }
    }

    private List<Change> poll(StateStorage storage, Report report) {
        if (key.isPresent()) {
            return conversations.update(
                    Map.of(key.get(), withoutValues(result(storage.read(key.get())))), any -> Optional.empty());
        }
        Map<StorageKey, Snapshot> found = new HashMap<>();
        Set<UnreadableRecord> unreadableNow = new LinkedHashSet<>();
        scan(storage, which.filter(), page -> {
            page.found().forEach(each -> found.put(each.key(), withoutValues(each.snapshot())));
            unreadableNow.addAll(page.unreadable());
        });
        List<Change> seen = conversations.update(found, each -> read(storage, each));
        var unused = report.unreadable(unreadableNow.stream()
                .filter(each -> !unreadable.contains(each))
                .toList());
        unreadable = unreadableNow;
        return seen;
    }

    /** Empty if it is unreadable, which the scan reports. */
    private static Optional<Snapshot> read(StateStorage storage, StorageKey key) {
        try {
            return Optional.of(withoutValues(result(storage.read(key))));
        } catch (ConversationRefusedException e) {
            return Optional.empty();
        }
    }

    /** Keeps only what is compared, since there may be many conversations. */
    private static Snapshot withoutValues(Snapshot snapshot) {
        return Snapshot.builder()
                .state(snapshot.state())
                .version(snapshot.version())
                .touched(snapshot.touched())
                .build();
    }

    private boolean isWanted(Change change) {
        return state.isEmpty()
                || state.equals(change.before().state())
                || state.equals(change.now().state());
    }

    private void print(Report report, Change change) {
        printed++;
        String key = change.key().toText();
        String from = ShownConversation.state(change.before().state());
        String to = ShownConversation.state(change.now().state());
        report.line(
                Report.object()
                        .put("at", change.at().toString())
                        .put("key", key)
                        .put("from", change.before().state().orElse(null))
                        .put("to", change.now().state().orElse(null))
                        .put("version", change.now().version()),
                report.timeOfDay(change.at()) + "  " + key + "  "
                        + (from.equals(to) ? to + " (data)" : from + " -> " + to));
    }
}
