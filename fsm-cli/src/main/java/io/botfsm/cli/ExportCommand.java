package io.botfsm.cli;

import io.botfsm.catalog.ConversationExport;
import io.botfsm.catalog.ExportReport;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.catalog.ConversationCatalog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(name = "export", description = "Writes conversations, values included, to a file that only you can read.")
final class ExportCommand extends StoreCommand {
    @Parameters(paramLabel = "FILE", description = "the file to write, of JSON lines; it appears when it is complete")
    private Path file = Path.of("");

    @Mixin
    private FilterOptions which = new FilterOptions();

    @Mixin
    private ConfirmOption confirm = new ConfirmOption();

    ExportCommand(Botfsm botfsm) {
        super(botfsm);
    }

    @Override
    int run(Report report) throws IOException {
        if (Files.exists(file)) {
            confirm.require(terminal(), file + " exists. Replace it?");
        }
        try (OpenStore<StateStorage> store = settings().storage()) {
            ExportReport done = ConversationExport.builder(
                            store.part().extension(ConversationCatalog.class).orElseThrow())
                    .filter(which.filter())
                    .progress(exported -> report.progress(exported + " exported"))
                    .build()
                    .writeTo(file);
            report.line(
                    Report.object().put("exported", done.exported()).put("file", file.toString()),
                    String.format(Locale.ROOT, "conversations exported to %s: %d", file, done.exported()));
            return report.unreadable(done.unreadable());
        }
    }
}
