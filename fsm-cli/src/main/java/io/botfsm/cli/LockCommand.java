package io.botfsm.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.botfsm.lock.internal.Identity;
import io.botfsm.lock.store.Claim;
import io.botfsm.lock.store.LeaseStore;
import io.botfsm.lock.store.LockHolder;
import io.botfsm.lock.store.StoredLease;
import java.io.IOException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The commands on instance locks. */
@Command(name = "lock", description = "Shows which instance holds a lock, or releases it.")
final class LockCommand {
    private LockCommand() {}

    static CommandLine of(Botfsm botfsm) {
        return new CommandLine(new LockCommand())
                .addSubcommand(new Status(botfsm))
                .addSubcommand(new Release(botfsm));
    }

    /** A command on one lock. */
    private abstract static class OnLock extends StoreCommand {
        @Parameters(paramLabel = "NAME", description = "the lock's name, as in the bot")
        private String name = "";

        OnLock(Botfsm botfsm) {
            super(botfsm);
        }

        @Override
        final int run(Report report) throws IOException {
            try (OpenStore<LeaseStore> store = settings().leases()) {
                return run(report, store.part(), result(store.part().read(name)));
            }
        }

        abstract int run(Report report, LeaseStore leases, StoredLease lease) throws IOException;

        final String name() {
            return name;
        }

        static LockHolder holder(Claim claim, StoredLease lease) {
            return Identity.holder(claim, lease.remaining());
        }
    }

    @Command(name = "status", description = "Shows who holds the lock, for how long, and the highest fencing token.")
    private static final class Status extends OnLock {
        Status(Botfsm botfsm) {
            super(botfsm);
        }

        @Override
        int run(Report report, LeaseStore leases, StoredLease lease) {
            Optional<LockHolder> holder = lease.claim().map(claim -> holder(claim, lease));
            String token = lease.fencingToken().isPresent()
                    ? Long.toString(lease.fencingToken().getAsLong())
                    : "-";
            Map<String, String> lines = new LinkedHashMap<>();
            lines.put("lock", name());
            lines.put("holder", holder.map(Status::name).orElse("(free)"));
            lines.put("started", report.time(holder.map(LockHolder::started).filter(at -> !at.equals(Instant.EPOCH))));
            lines.put(
                    "lease",
                    lease.remaining()
                            .map(left -> left.toSeconds() + "s left unless renewed")
                            .orElse("-"));
            lines.put("fencing token", token);
            ObjectNode object = Report.object().put("lock", name()).put("held", holder.isPresent());
            holder.ifPresent(each -> object.put("host", each.host())
                    .put("pid", each.pid())
                    .put("started", each.started().toString()));
            lease.remaining().ifPresent(left -> object.put("millisLeft", left.toMillis()));
            lease.fencingToken().ifPresent(highest -> object.put("fencingToken", highest));
            report.headings("FIELD", "VALUE");
            report.rows(object, lines);
            return ExitStatus.DONE;
        }

        private static String name(LockHolder holder) {
            return holder.pid() == 0
                    ? holder.ownerId()
                    : String.format(Locale.ROOT, "process %d on %s", holder.pid(), holder.host());
        }
    }

    @Command(
            name = "release",
            description = {
                "Releases the lock if its holder is still the one shown; a standby takes over at once.",
                "A holder that is still running stays active until its next renewal, beside the standby."
            })
    private static final class Release extends OnLock {
        @Option(
                names = "--if-token",
                paramLabel = "TOKEN",
                description = "refuses any fencing token except this one, which status prints")
        private Optional<Long> token = Optional.empty();

        @Mixin
        private ConfirmOption confirm = new ConfirmOption();

        Release(Botfsm botfsm) {
            super(botfsm);
        }

        @Override
        int run(Report report, LeaseStore leases, StoredLease lease) throws IOException {
            Claim claim = lease.claim()
                    .orElseThrow(() ->
                            new Refusal(ExitStatus.INCOMPLETE, "lock " + name() + " is free: nothing to release"));
            long held = lease.fencingToken().orElse(0);
            token.filter(expected -> expected != held).ifPresent(expected -> {
                throw conflict("has the fencing token " + held + ", not " + expected);
            });
            confirm.require(
                    terminal(),
                    "Lock " + name() + " is held by " + holder(claim, lease).describe()
                            + ". Release it? A holder that is still running stays active"
                            + " until its next renewal, and a standby may become active meanwhile.");
            if (!result(leases.release(name(), claim))) {
                throw conflict("has another holder now");
            }
            report.line(Report.object().put("lock", name()).put("released", true), "lock " + name() + " is released");
            return ExitStatus.DONE;
        }

        private Refusal conflict(String change) {
            return new Refusal(
                    ExitStatus.CONFLICT, "lock " + name() + " " + change + "; nothing was released. Run lock status");
        }
    }
}
