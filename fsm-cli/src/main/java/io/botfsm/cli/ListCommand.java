package io.botfsm.cli;

import io.botfsm.storage.StateStorage;
import io.botfsm.storage.catalog.FoundConversation;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(name = "list", description = "Lists conversations, or counts them by state.")
final class ListCommand extends StoreCommand {
    @Mixin
    private FilterOptions which = new FilterOptions();

    @Mixin
    private ValuesOption values = new ValuesOption();

    @Option(names = "--count", description = "counts them by state")
    private boolean count;

    ListCommand(Botfsm botfsm) {
        super(botfsm);
    }

    @Override
    int run(Report report) throws IOException {
        return count ? maintain(settings(), FenceOption.NONE, report, storage -> count(storage, report)) : list(report);
    }

    private int count(StateStorage storage, Report report) {
        Map<String, Long> states = new TreeMap<>();
        AtomicInteger status = new AtomicInteger();
        scan(storage, which.filter(), page -> {
            page.found().forEach(each -> states.merge(ShownConversation.state(each.state()), 1L, Long::sum));
            status.accumulateAndGet(report.unreadable(page.unreadable()), Math::max);
        });
        report.headings("STATE", "CONVERSATIONS");
        states.forEach((state, number) ->
                report.row(Report.object().put("state", state).put("conversations", number), state, number.toString()));
        return status.get();
    }

    private int list(Report report) throws IOException {
        AtomicInteger status = new AtomicInteger();
        report.headings("KEY", "STATE", "TOUCHED", "DUE");
        try (OpenStore<StateStorage> store = settings().storage()) {
            scan(store.part(), which.filter(), page -> {
                page.found().forEach(each -> row(report, each));
                status.accumulateAndGet(report.unreadable(page.unreadable()), Math::max);
            });
        }
        return status.get();
    }

    private void row(Report report, FoundConversation found) {
        report.row(
                ShownConversation.object(found.key(), found.snapshot(), values.isGiven()),
                found.key().toText(),
                ShownConversation.state(found.state()),
                report.time(found.snapshot().touched()),
                report.time(found.snapshot().deadline()));
    }
}
