package io.botfsm.cli;

import io.botfsm.catalog.ChatMove;
import io.botfsm.catalog.ChatMoveReport;
import java.io.IOException;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "move-chat",
        description =
                "Moves all conversations of a chat to its new id. Where both ids have one, the newer one is kept.")
final class MoveChatCommand extends StoreCommand {
    @Option(names = "--bot", required = true, paramLabel = "ID", description = "the bot's id")
    private String bot = "";

    @Option(names = "--from", required = true, paramLabel = "CHAT", description = "the chat's former id")
    private String from = "";

    @Option(names = "--to", required = true, paramLabel = "CHAT", description = "the chat's new id")
    private String to = "";

    @Mixin
    private FenceOption fence = new FenceOption();

    @Mixin
    private ConfirmOption confirm = new ConfirmOption();

    MoveChatCommand(Botfsm botfsm) {
        super(botfsm);
    }

    @Override
    int run(Report report) throws IOException {
        confirm.require(
                terminal(),
                "Move all conversations of bot " + bot + " from chat " + from + " to chat " + to
                        + "? Where both have one, the newer one is kept.");
        return maintain(settingsForWrites(), fence, report, storage -> {
            ChatMoveReport done = ChatMove.of(storage).move(bot, from, to);
            report.line(
                    Report.object()
                            .put("moved", done.moved())
                            .put("superseded", done.superseded())
                            .put("passes", done.passes()),
                    String.format(
                            Locale.ROOT,
                            "conversations moved: %d; left out, as the new chat has a newer one: %d",
                            done.moved(),
                            done.superseded()));
            return report.unreadable(done.unreadable());
        });
    }
}
