package io.botfsm.cli;

import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(name = "show", description = "Shows a conversation.")
final class ShowCommand extends StoreCommand {
    @Parameters(arity = "1", paramLabel = "KEY", description = "bot:chat:user, as list prints it")
    private Optional<StorageKey> key = Optional.empty();

    @Mixin
    private ValuesOption values = new ValuesOption();

    ShowCommand(Botfsm botfsm) {
        super(botfsm);
    }

    @Override
    int run(Report report) throws IOException {
        StorageKey wanted = key.orElseThrow();
        Snapshot snapshot;
        try (OpenStore<StateStorage> store = settings().storage()) {
            snapshot = existing(store.part(), wanted);
        }
        report.headings("FIELD", "VALUE");
        report.rows(ShownConversation.object(wanted, snapshot, values.isGiven()), lines(report, wanted, snapshot));
        return ExitStatus.DONE;
    }

    private Map<String, String> lines(Report report, StorageKey wanted, Snapshot snapshot) {
        Map<String, String> lines = new LinkedHashMap<>();
        lines.put("key", wanted.toText());
        lines.put("state", ShownConversation.state(snapshot.state()));
        lines.put("since", report.time(snapshot.since()));
        lines.put("touched", report.time(snapshot.touched()));
        lines.put("deadline", report.time(snapshot.deadline()));
        lines.put("version", Long.toString(snapshot.version()));
        new TreeMap<>(snapshot.data()).forEach((name, value) -> lines.put("data." + name, shown(value)));
        new TreeMap<>(snapshot.attributes()).forEach((name, value) -> lines.put("attribute." + name, shown(value)));
        return lines;
    }

    private String shown(String value) {
        return values.isGiven() ? value : "(hidden)";
    }
}
