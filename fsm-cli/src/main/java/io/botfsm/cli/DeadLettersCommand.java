package io.botfsm.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.inbox.DeadUpdate;
import io.botfsm.storage.inbox.UpdateInbox;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The commands on updates that a bot gave up. */
@Command(name = "dead-letters", description = "Lists, replays or drops the updates that a bot gave up.")
final class DeadLettersCommand {
    private DeadLettersCommand() {}

    static CommandLine of(Botfsm botfsm) {
        return new CommandLine(new DeadLettersCommand())
                .addSubcommand(new ListDead(botfsm))
                .addSubcommand(new Replay(botfsm))
                .addSubcommand(new Drop(botfsm));
    }

    /** A command on the dead letters of one bot. */
    private abstract static class OfBot extends StoreCommand {
        @Option(names = "--bot", required = true, paramLabel = "ID", description = "the bot's id")
        private String bot = "";

        OfBot(Botfsm botfsm) {
            super(botfsm);
        }

        @Override
        final int run(Report report) throws IOException {
            try (OpenStore<StateStorage> store = settings().storage()) {
                return run(report, store.part().extension(UpdateInbox.class).orElseThrow());
            }
        }

        abstract int run(Report report, UpdateInbox inbox) throws IOException;

        final String bot() {
            return bot;
        }

        final List<DeadUpdate> all(UpdateInbox inbox) {
            List<DeadUpdate> all = new ArrayList<>();
            List<DeadUpdate> page;
            do {
                long last = all.isEmpty() ? 0 : all.get(all.size() - 1).position();
                page = inbox.dead(bot, last, UpdateInbox.MAX_UPDATES);
                all.addAll(page);
            } while (page.size() == UpdateInbox.MAX_UPDATES);
            return all;
        }
    }

    @Command(name = "list", description = "Lists dead letters, the oldest first.")
    private static final class ListDead extends OfBot {
        @Mixin
        private ValuesOption values = new ValuesOption();

        ListDead(Botfsm botfsm) {
            super(botfsm);
        }

        @Override
        int run(Report report, UpdateInbox inbox) {
            report.headings("POSITION", "UPDATE", "CONVERSATION", "GIVEN UP", "BYTES", "REASON");
            long before = inbox.counts(bot()).dead();
            List<DeadUpdate> all = all(inbox);
            long unreadable = Math.min(before, inbox.counts(bot()).dead()) - all.size(); // counted, but not listed
            all.forEach(dead -> {
                String key = dead.update().key().map(StorageKey::toText).orElse("-");
                ObjectNode object = Report.object()
                        .put("position", dead.position())
                        .put("update", dead.update().id())
                        .put("key", dead.update().key().map(StorageKey::toText).orElse(null))
                        .put("at", dead.buriedAt().toString())
                        .put("bytes", dead.update().size())
                        .put("reason", dead.reason());
                if (values.isGiven()) {
                    object.put("content", new String(dead.update().content(), UTF_8));
                }
                report.row(
                        object,
                        Long.toString(dead.position()),
                        dead.update().id(),
                        key,
                        report.time(Optional.of(dead.buriedAt())),
                        Integer.toString(dead.update().size()),
                        dead.reason());
            });
            if (unreadable > 0) {
                report.problem(
                        Report.object().put("unreadable", unreadable),
                        "dead letters that cannot be read: " + unreadable);
                return ExitStatus.INCOMPLETE;
            }
            return ExitStatus.DONE;
        }
    }

    /** The dead letters to which a command applies. */
    private static final class Choice {
        @Parameters(arity = "1..*", paramLabel = "POSITION", description = "as list prints it")
        private List<Long> positions = List.of();

        @Option(names = "--all", description = "all that exist now")
        private boolean all;
    }

    /** A command that is applied to chosen dead letters. */
    private abstract static class OnChosen extends OfBot {
        @ArgGroup(multiplicity = "1")
        private Choice choice = new Choice();

        @Mixin
        private ConfirmOption confirm = new ConfirmOption();

        private final String verb;
        private final String done;
        private final boolean alwaysAsks;

        /** @param alwaysAsks whether to ask for a confirmation even if the dead letters were named one by one */
        OnChosen(Botfsm botfsm, String verb, String done, boolean alwaysAsks) {
            super(botfsm);
            this.verb = verb;
            this.done = done;
            this.alwaysAsks = alwaysAsks;
        }

        @Override
        final int run(Report report, UpdateInbox inbox) throws IOException {
            List<Long> positions =
                    choice.all ? all(inbox).stream().map(DeadUpdate::position).toList() : choice.positions;
            if (choice.all || alwaysAsks) {
                confirm.require(
                        terminal(),
                        "Dead letters of bot " + bot() + " to " + verb + ": " + positions.size() + ". Continue?");
            }
            int status = ExitStatus.DONE;
            for (long position : positions) {
                ObjectNode object = Report.object().put("position", position);
                if (apply(inbox, position)) {
                    report.line(object.put("done", done), "dead letter " + position + " " + done);
                } else {
                    report.problem(object.putNull("done"), "there is no dead letter " + position);
                    status = ExitStatus.INCOMPLETE;
                }
            }
            return status;
        }

        /** Returns whether there was such a dead letter. */
        abstract boolean apply(UpdateInbox inbox, long position);
    }

    @Command(name = "replay", description = "Lets the bot handle dead letters again, after all waiting updates.")
    private static final class Replay extends OnChosen {
        Replay(Botfsm botfsm) {
            super(botfsm, "replay", "replayed", false);
        }

        @Override
        boolean apply(UpdateInbox inbox, long position) {
            return inbox.replay(bot(), position);
        }
    }

    @Command(name = "drop", description = "Deletes dead letters.")
    private static final class Drop extends OnChosen {
        Drop(Botfsm botfsm) {
            super(botfsm, "drop", "dropped", true);
        }

        @Override
        boolean apply(UpdateInbox inbox, long position) {
            return inbox.drop(bot(), position);
        }
    }
}
