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

@Command(name = "import", description = "Writes the conversations of an export to the store. Stop the bot for it.")
final class ImportCommand extends StoreCommand {
    @Parameters(paramLabel = "FILE", description = "what export wrote; the whole of it is checked first")
    private Path file = Path.of("");

    @Option(names = "--replace", description = "replaces conversations that are there, which are skipped otherwise")
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
            confirm.require(terminal(), "Replace the conversations in the store by those of " + file + "?");
        }
        try (OpenStore<StateStorage> store = settingsForWrites().storage();
                ProgressLine line = new ProgressLine(terminal())) {
            ImportReport done = ConversationImport.builder(fence.fenced(store.part()))
                    .existing(replace ? Existing.REPLACE : Existing.SKIP)
                    .progress(imported -> line.show(imported + " imported"))
                    .build()
                    .readFrom(file);
            line.clear();
            report.result(
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
