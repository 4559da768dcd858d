package io.botfsm.examples.migrate;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.botfsm.redis.BotRedis;
import io.botfsm.redis.aiogram.AiogramLayoutMismatchException;
import io.botfsm.redis.aiogram.AiogramMigration;
import io.botfsm.redis.aiogram.MigrationReport;
import io.botfsm.redis.lettuce.LettuceRedis;
import io.botfsm.storage.FsmException;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;

/** Takes the conversations of an aiogram bot over, or hands them back, and shows how far it is. */
public final class Migrate {
    private static final int DONE = 0;
    private static final int FAILED = 1;
    private static final int BAD_OPTIONS = 2;
    private static final int SOME_SKIPPED = 3;

    private Migrate() {}

    public static void main(String[] arguments) {
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, UTF_8);
        PrintStream err = new PrintStream(new FileOutputStream(FileDescriptor.err), true, UTF_8);
        System.exit(run(List.of(arguments), out, err));
    }

    /** Returns the exit status. */
    static int run(List<String> arguments, PrintStream out, PrintStream err) {
        if (arguments.contains("--help")) {
            out.print(MigrationOptions.USAGE);
            return DONE;
        }
        MigrationOptions options;
        try {
            options = MigrationOptions.parse(arguments);
        } catch (IllegalArgumentException | IllegalStateException e) {
            err.println(e.getMessage() + ". See --help.");
            return BAD_OPTIONS;
        }
        try (BotRedis redis = LettuceRedis.builder(options.redis())
                .storageOptions(options.own())
                .connect()) {
            return migrate(redis, options, out, new ProgressBar(err, options.progress()));
        } catch (AiogramLayoutMismatchException e) {
            err.println(e.getMessage());
            return BAD_OPTIONS;
        } catch (IllegalArgumentException | FsmException e) {
            err.println(e.getMessage());
            return FAILED;
        }
    }

    private static int migrate(BotRedis redis, MigrationOptions options, PrintStream out, ProgressBar bar) {
        AiogramMigration migration =
                AiogramMigration.of(redis, options.layout()).telling(bar::show);
        if (options.dryRun()) {
            migration = migration.dry();
        }
        if (options.remove()) {
            migration = migration.removing();
        }
        if (!options.layoutCheck()) {
            migration = migration.withoutLayoutCheck();
        }
        MigrationReport report = migration.run(options.direction());
        bar.end();
        report.skipped().forEach(left -> out.printf(Locale.ROOT, "skipped %s: %s%n", left.key(), left.reason()));
        if (options.remove()) {
            report.newer().forEach(key -> out.printf(Locale.ROOT, "not removed %s: the target has another one%n", key));
        }
        out.println((options.dryRun() ? "Dry run: " : "") + report);
        boolean isComplete = report.skippedInAll() == 0 && !(options.remove() && report.newerThere() > 0);
        return isComplete ? DONE : SOME_SKIPPED;
    }
}
