package io.botfsm.cli;

import io.botfsm.catalog.ConversationImport;
import io.botfsm.catalog.ConversationImport.Existing;
import io.botfsm.catalog.ImportReport;
import io.botfsm.storage.StateStorage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "import", description = "Writes the conversations of an export to the store. Stop the bot first.")
final class ImportCommand extends StoreCommand {
    @Parameters(paramLabel = "FILE", description = "an export; all of it is checked before anything is written")
    private Path file = Path.of("");

    @Option(names = "--replace", description = "replaces existing conversations instead of skipping them")
    private boolean replace;

    @Mixin
    private FenceOption fence = new FenceOption();

    @Mixin
    private ConfirmOption confirm = new ConfirmOption();

    ImportCommand(Botfsm botfsm) {
        super(botfsm);
    }

    @Override
    int run(Report report) throws IOException {
        if (replace) {
            confirm.require(terminal(), "Replace existing conversations by those in " + file + "?");
        }
        try (OpenStore<StateStorage> store = settingsForWrites().storage()) {
            ImportReport done = ConversationImport.builder(fence.fenced(store.part()))
                    .existing(replace ? Existing.REPLACE : Existing.SKIP)
                    .progress(imported -> report.progress(imported + " imported"))
                    .build()
                    .readFrom(file);
            report.line(
                    Report.object()
                            .put("imported", done.imported())
                            .put("replaced", done.replaced())
                            .put("skipped", done.skipped()),
                    String.format(
                            Locale.ROOT,
                            "conversations imported: %d; replaced: %d; skipped: %d",
                            done.imported(),
                            done.replaced(),
                            done.skipped()));
            return ExitStatus.DONE;
        }
    }
}
