package io.botfsm.cli;

import io.botfsm.redis.BotRedis;
import io.botfsm.redis.aiogram.AiogramLayout;
import io.botfsm.redis.aiogram.AiogramMigration;
import io.botfsm.redis.aiogram.AiogramMigration.Direction;
import io.botfsm.redis.aiogram.MigrationReport;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "migrate",
        description = {
            "Copies the conversations of an aiogram 3 bot into this library's layout in the same Redis database, or"
                    + " back. It can run beside the bot, and can be stopped at any time and run again. It skips and"
                    + " lists what it cannot read reliably. See docs/guides/migrating-from-aiogram.md."
        })
final class MigrateCommand extends StoreCommand {
    @Option(names = "--bot", paramLabel = "ID", description = "the bot's id: the part of its token before the colon")
    private Optional<String> bot = Optional.empty();

    @Option(
            names = "--back",
            description = "from this library's layout to aiogram's; conversations with attributes are skipped")
    private boolean back;

    @Option(names = "--dry-run", description = "reports what would be done, and writes nothing")
    private boolean dryRun;

    @Option(names = "--remove", description = "removes from the source what the target has with equal state and data")
    private boolean remove;

    @Option(names = "--no-layout-check", description = "migrates even if most keys do not match the options below")
    private boolean noLayoutCheck;

    @Option(names = "--prefix", paramLabel = "TEXT", description = "of DefaultKeyBuilder (default: fsm)")
    private Optional<String> prefix = Optional.empty();

    @Option(names = "--separator", paramLabel = "TEXT", description = "of DefaultKeyBuilder (default: a colon)")
    private Optional<String> separator = Optional.empty();

    @Option(names = "--with-bot-id", description = "with_bot_id=True")
    private boolean withBotId;

    @Option(names = "--with-business-connection-id", description = "with_business_connection_id=True")
    private boolean withBusinessConnectionId;

    @Option(names = "--with-destiny", description = "with_destiny=True")
    private boolean withDestiny;

    @Option(names = "--state-ttl", paramLabel = "TIME", description = "state_ttl of RedisStorage, for --back")
    private Optional<Duration> stateTtl = Optional.empty();

    @Option(names = "--data-ttl", paramLabel = "TIME", description = "data_ttl of RedisStorage, for --back")
    private Optional<Duration> dataTtl = Optional.empty();

    @Mixin
    private ConfirmOption confirm = new ConfirmOption();

    MigrateCommand(Botfsm botfsm) {
        super(botfsm);
    }

    @Override
    int run(Report report) throws IOException {
        AiogramLayout layout = layout();
        if (remove && !dryRun) {
            confirm.require(terminal(), "Remove from the source what has been copied to the target?");
        }
        try (BotRedis redis = (dryRun || back ? settings() : settingsForWrites()).redis()) {
            AiogramMigration migration =
                    AiogramMigration.of(redis, layout).progress(now -> report.progress(progress(now)));
            migration = dryRun ? migration.dry() : migration;
            migration = remove ? migration.removing() : migration;
            migration = noLayoutCheck ? migration.withoutLayoutCheck() : migration;
            MigrationReport done = migration.run(back ? Direction.TO_AIOGRAM : Direction.FROM_AIOGRAM);
            return report(report, done);
        }
    }

    private AiogramLayout layout() {
        AiogramLayout.Builder layout = AiogramLayout.builder();
        bot.ifPresent(layout::bot);
        prefix.ifPresent(layout::prefix);
        separator.ifPresent(layout::separator);
        stateTtl.ifPresent(layout::stateTtl);
        dataTtl.ifPresent(layout::dataTtl);
        if (withBotId) {
            layout.withBotId();
        }
        if (withBusinessConnectionId) {
            layout.withBusinessConnectionId();
        }
        if (withDestiny) {
            layout.withDestiny();
        }
        try {
            return layout.build();
        } catch (IllegalStateException e) {
            throw new Refusal(ExitStatus.REFUSED, e.getMessage() + ": --bot is missing");
        }
    }

    private static String progress(MigrationReport now) {
        return String.format(Locale.ROOT, "%3d %%  %s", 100 * now.keys() / Math.max(1, now.keysInAll()), now);
    }

    private int report(Report report, MigrationReport done) {
        done.skipped()
                .forEach(left -> report.problem(
                        Report.object().put("skipped", left.key()).put("reason", left.reason()),
                        "skipped " + left.key() + ": " + left.reason()));
        if (remove) {
            done.newer()
                    .forEach(key -> report.problem(
                            Report.object().put("notRemoved", key),
                            "not removed " + key + ": the target has different content"));
        }
        report.line(
                Report.object()
                        .put("dryRun", dryRun)
                        .put("keys", done.keys())
                        .put("migrated", done.migrated())
                        .put("alreadyThere", done.alreadyThere())
                        .put("newerThere", done.newerThere())
                        .put("skipped", done.skippedInAll()),
                (dryRun ? "Dry run: " : "") + done);
        boolean isComplete = done.skippedInAll() == 0 && !(remove && done.newerThere() > 0);
        return isComplete ? ExitStatus.DONE : ExitStatus.INCOMPLETE;
    }
}
