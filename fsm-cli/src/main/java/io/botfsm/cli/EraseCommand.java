package io.botfsm.cli;

import io.botfsm.catalog.Erasure;
import io.botfsm.catalog.ErasureReport;
import io.botfsm.storage.catalog.ConversationFilter;
import java.io.IOException;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "erase",
        description = {
            "Erases all conversations of a user, a chat or a bot, with their updates and dead letters.",
            ResetCommand.ELSEWHERE
        })
final class EraseCommand extends StoreCommand {
    @Mixin
    private KeyOptions which = new KeyOptions();

    @Mixin
    private FenceOption fence = new FenceOption();

    @Mixin
    private ConfirmOption confirm = new ConfirmOption();

    EraseCommand(Botfsm botfsm) {
        super(botfsm);
    }

    @Override
    int run(Report report) throws IOException {
        ConversationFilter filter = which.filter();
        if (filter.equals(ConversationFilter.all())) {
            throw new Refusal(ExitStatus.REFUSED, "erase needs --user, --chat or --bot");
        }
        confirm.require(
                terminal(),
                "Erase all conversations with " + filter + ", with their updates and dead letters? "
                        + ResetCommand.ELSEWHERE);
        return maintain(settings(), fence, report, storage -> {
            ErasureReport done = Erasure.of(storage).erase(filter);
            report.line(
                    Report.object()
                            .put("erased", done.erased())
                            .put("updates", done.updates())
                            .put("passes", done.passes()),
                    String.format(
                            Locale.ROOT,
                            "conversations erased: %d; updates and dead letters: %d; passes: %d",
                            done.erased(),
                            done.updates(),
                            done.passes()));
            return report.unreadable(done.unreadable());
        });
    }
}
