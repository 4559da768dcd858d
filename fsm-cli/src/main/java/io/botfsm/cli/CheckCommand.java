package io.botfsm.cli;

import io.botfsm.catalog.Preflight;
import io.botfsm.storage.catalog.ConversationCatalog;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(name = "check", description = "Checks that every record can be read, and that a new build knows every state.")
final class CheckCommand extends StoreCommand {
    @Mixin
    private FilterOptions which = new FilterOptions();

    @Option(
            names = "--states",
            split = ",",
            paramLabel = "NAME",
            description = "the stored names of all states that the build knows, separated by commas")
    private Set<String> states = new LinkedHashSet<>();

    CheckCommand(Botfsm botfsm) {
        super(botfsm);
    }

    @Override
    int run(Report report) throws IOException {
        return maintain(settings(), FenceOption.NONE, report, storage -> {
            Preflight done = Preflight.checkStates(
                    storage.extension(ConversationCatalog.class).orElseThrow(), which.filter(), states);
            done.unreadable()
                    .forEach(each -> report.problem(
                            Report.object()
                                    .put("key", each.key().toText())
                                    .put("part", each.part())
                                    .put("reason", each.reason()),
                            each.key().toText() + ": " + each.part() + ": " + each.reason()));
            report.unreadable(List.copyOf(done.records()));
            String text =
                    String.format(Locale.ROOT, "conversations checked: %d; problems: %d", done.checked(), done.count());
            var object = Report.object().put("checked", done.checked()).put("problems", done.count());
            if (done.isClean()) {
                report.line(object, text);
                return ExitStatus.DONE;
            }
            report.problem(object, text);
            return ExitStatus.INCOMPLETE;
        });
    }
}
