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
@Command(name = "dead-letters", description = "Lists updates that a bot gave up, replays or drops them.")
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
        @Option(names = "--bot", required = true, paramLabel = "ID", description = "whose")
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

    @Command(name = "list", description = "Lists them, the oldest first.")
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

    /** Which of them. */
    private static final class Choice {
        @Parameters(paramLabel = "POSITION", description = "as list prints it")
        private List<Long> positions = List.of();

        @Option(names = "--all", description = "all that are there now")
        private boolean all;
    }

    /** Something that is done with some of them. */
    private abstract static class OnChosen extends OfBot {
        @ArgGroup(multiplicity = "1")
        private Choice choice = new Choice();

        @Mixin
        private ConfirmOption confirm = new ConfirmOption();

        OnChosen(Botfsm botfsm) {
            super(botfsm);
        }

        final boolean isOnAll() {
            return choice.all;
        }

        final List<Long> positions(UpdateInbox inbox) {
            return choice.all ? all(inbox).stream().map(DeadUpdate::position).toList() : choice.positions;
        }

        final void confirm(String verb, int number) throws IOException {
            confirm.require(terminal(), "Dead letters of bot " + bot() + " to " + verb + ": " + number + ". Go on?");
        }

        final int each(Report report, UpdateInbox inbox, List<Long> positions, String done) {
            int status = ExitStatus.DONE;
            for (long position : positions) {
                ObjectNode object = Report.object().put("position", position);
                if (apply(inbox, position)) {
                    report.result(object.put("done", done), "dead letter " + position + " " + done);
                } else {
                    report.problem(object.putNull("done"), "there is no dead letter " + position);
                    status = ExitStatus.INCOMPLETE;
                }
            }
            return status;
        }

        abstract boolean apply(UpdateInbox inbox, long position);
    }

    @Command(name = "replay", description = "Lets the bot handle them again, after all others that wait.")
    private static final class Replay extends OnChosen {
        Replay(Botfsm botfsm) {
            super(botfsm);
        }

        @Override
        int run(Report report, UpdateInbox inbox) throws IOException {
            List<Long> positions = positions(inbox);
            if (isOnAll()) {
                confirm("replay", positions.size());
            }
            return each(report, inbox, positions, "replayed");
        }

        @Override
        boolean apply(UpdateInbox inbox, long position) {
            return inbox.replay(bot(), position);
        }
    }

    @Command(name = "drop", description = "Drops them.")
    private static final class Drop extends OnChosen {
        Drop(Botfsm botfsm) {
            super(botfsm);
        }

        @Override
        int run(Report report, UpdateInbox inbox) throws IOException {
            List<Long> positions = positions(inbox);
            confirm("drop", positions.size());
            return each(report, inbox, positions, "dropped");
        }

        @Override
        boolean apply(UpdateInbox inbox, long position) {
            return inbox.drop(bot(), position);
        }
    }
}
