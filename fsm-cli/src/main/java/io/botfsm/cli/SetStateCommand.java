package io.botfsm.cli;

import io.botfsm.storage.Mutation;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        name = "set-state",
        description = "Sets the state of a conversation. Keeps its data and attributes; clears its deadline.")
final class SetStateCommand extends ChangeCommand {
    @Parameters(index = "1", paramLabel = "STATE", description = "the stored name, such as Order:ADDRESS")
    private String state = "";

    SetStateCommand(Botfsm botfsm) {
        super(botfsm);
    }

    @Override
    String question() {
        return "Set its state to " + state + "?";
    }

    @Override
    Mutation.Builder change() {
        return Mutation.builder().state(state);
    }

    @Override
    boolean isEnd() {
        return false;
    }
}
