package io.botfsm.cli;

import io.botfsm.storage.Mutation;
import io.botfsm.storage.Outcome;
import io.botfsm.storage.Outcome.Applied;
import io.botfsm.storage.Outcome.Conflict;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import java.io.IOException;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A command that changes one conversation, unless it has changed since it was shown. */
abstract class ChangeCommand extends StoreCommand {
    @Parameters(index = "0", arity = "1", paramLabel = "KEY", description = "bot:chat:user, as list prints it")
    private Optional<StorageKey> key = Optional.empty();

    @Option(
            names = "--if-version",
            paramLabel = "VERSION",
            description = "refuses any version except this one, which show prints")
    private Optional<Long> version = Optional.empty();

    @Mixin
    private FenceOption fence = new FenceOption();

    @Mixin
    private ConfirmOption confirm = new ConfirmOption();

    ChangeCommand(Botfsm botfsm) {
        super(botfsm);
    }

    /** What it is about to do, as a question without the key. */
    abstract String question();

    abstract Mutation.Builder change();

    /** Whether the change leaves no conversation. */
    abstract boolean isEnd();

    @Override
    final int run(Report report) throws IOException {
        StorageKey target = key.orElseThrow();
        try (OpenStore<StateStorage> store = (isEnd() ? settings() : settingsForWrites()).storage()) {
            StateStorage storage = fence.fenced(store.part());
            Snapshot shown = existing(storage, target);
            version.filter(expected -> expected != shown.version()).ifPresent(expected -> {
                throw conflict(target, expected, shown);
            });
            confirm.require(
                    terminal(),
                    String.format(
                            Locale.ROOT,
                            "%s is in %s, version %d. %s",
                            target.toText(),
                            ShownConversation.state(shown.state()),
                            shown.version(),
                            question()));
            Mutation.Builder change = change().expectVersion(shown.version());
            if (shown.deadline().isPresent()) {
                change.clearDeadline(); // it belongs to the previous state; a turn clears it too
            }
            report(report, target, shown, result(storage.write(target, change.build())));
        }
        return ExitStatus.DONE;
    }

    private static void report(Report report, StorageKey target, Snapshot shown, Outcome outcome) {
        if (outcome instanceof Conflict conflict) {
            throw conflict(target, shown.version(), conflict.current());
        }
        Applied applied = (Applied) outcome;
        report.line(
                Report.object()
                        .put("key", target.toText())
                        .put("from", applied.previousState().orElse(null))
                        .put("to", applied.state().orElse(null))
                        .put("version", applied.version()),
                String.format(
                        Locale.ROOT,
                        "%s: %s -> %s, version %d",
                        target.toText(),
                        ShownConversation.state(applied.previousState()),
                        ShownConversation.state(applied.state()),
                        applied.version()));
    }

    private static Refusal conflict(StorageKey target, long expected, Snapshot current) {
        return new Refusal(
                ExitStatus.CONFLICT,
                String.format(
                        Locale.ROOT,
                        "%s has changed: it is in %s, version %d, not version %d. Nothing was written. Run show, and"
                                + " decide again",
                        target.toText(),
                        ShownConversation.state(current.state()),
                        current.version(),
                        expected));
    }
}
