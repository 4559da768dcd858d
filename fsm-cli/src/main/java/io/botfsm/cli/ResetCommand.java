package io.botfsm.cli;

import io.botfsm.storage.Mutation;
import java.util.Map;
import picocli.CommandLine.Command;

@Command(
        name = "reset",
        description = {"Clears a conversation: its state, data, attributes and deadline.", ResetCommand.ELSEWHERE})
final class ResetCommand extends ChangeCommand {
    /** The command has no decorators of the bot, which would notify its recovery source. */
    static final String ELSEWHERE =
            "A bot's recovery source, and aiogram's layout during a migration, are not cleared: clear them too, or the"
                    + " bot restores what they have.";

    ResetCommand(Botfsm botfsm) {
        super(botfsm);
    }

    @Override
    String question() {
        return "Clear its state and data? " + ELSEWHERE;
    }

    @Override
    Mutation.Builder change() {
        return Mutation.builder().clearState().replaceData(Map.of());
    }

    @Override
    boolean isEnd() {
        return true;
    }
}
