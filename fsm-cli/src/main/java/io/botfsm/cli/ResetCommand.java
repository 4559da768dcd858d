package io.botfsm.cli;

import io.botfsm.storage.Mutation;
import java.util.Map;
import picocli.CommandLine.Command;

@Command(name = "reset", description = "Clears a conversation: its state, data, attributes and deadline.")
final class ResetCommand extends ChangeCommand {
    ResetCommand(Botfsm botfsm) {
        super(botfsm);
    }

    @Override
    String question() {
        return "Clear its state and data?";
    }

    @Override
    Mutation.Builder change() {
        return Mutation.builder().clearState().replaceData(Map.of());
    }
}
