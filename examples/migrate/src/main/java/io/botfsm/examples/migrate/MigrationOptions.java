package io.botfsm.examples.migrate;

import io.botfsm.redis.RedisStorageOptions;
import io.botfsm.redis.aiogram.AiogramLayout;
import io.botfsm.redis.aiogram.AiogramMigration.Direction;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;

/**
 * What the command line says.
 *
 * @param redis the URI of the server
 * @param layout how aiogram keeps conversations there
 * @param own how this library does
 */
record MigrationOptions(
        String redis,
        AiogramLayout layout,
        RedisStorageOptions own,
        Direction direction,
        boolean dryRun,
        boolean remove,
        boolean layoutCheck,
        boolean progress) {
    static final String USAGE = """
            Usage: run --redis URI --bot ID [options]

            Copies the conversations of an aiogram 3 bot into this library's layout, in the same database, or back.
            It can run beside the bot, be stopped at any time and run again. What it cannot read for certain it skips
            and names. See docs/migrating-from-aiogram.md.

              --redis URI           redis://[user:password@]host[:port][/database]; or set REDIS_FSM_URL
              --bot ID              the bot's id, the part of its token before the colon
              --back                from this library's layout to aiogram's
              --dry-run             only report what would be done
              --remove              remove from the source each conversation that was read back from the target, equal
                                    in state and data; one that differs stays in both and is named
              --no-layout-check     migrate although most keys do not fit the options below
              --progress            show a progress bar (which this script does at a terminal)

            How aiogram keeps them, as it was told in its DefaultKeyBuilder and RedisStorage:
              --prefix TEXT         prefix (default: fsm)
              --separator TEXT      separator (default: a colon)
              --with-bot-id         with_bot_id=True
              --with-business-connection-id
                                    with_business_connection_id=True
              --with-destiny        with_destiny=True
              --state-ttl SECONDS   state_ttl, for --back
              --data-ttl SECONDS    data_ttl, for --back

            How this library keeps them:
              --key-prefix TEXT     what keys begin with (default: fsm)
              --ttl SECONDS         how long a conversation lives (default: for ever)

            Exit status: 0 done, 1 Redis refused or was unavailable (run it again), 2 wrong options, or options that do
            not fit the keys in Redis (nothing was written), 3 done but for some that were skipped, or not removed, which
            are listed.
            """;

    /**
     * Understands a command line.
     *
     * @throws IllegalArgumentException if it cannot be understood; the message names the culprit
     * @throws IllegalStateException if the bot is missing
     */
    static MigrationOptions parse(List<String> arguments) {
        String redis = System.getenv().getOrDefault("REDIS_FSM_URL", "");
        AiogramLayout.Builder layout = AiogramLayout.builder();
        RedisStorageOptions.Builder own = RedisStorageOptions.builder();
        Direction direction = Direction.FROM_AIOGRAM;
        boolean dryRun = false;
        boolean remove = false;
        boolean layoutCheck = true;
        boolean progress = false;
        for (Iterator<String> rest = arguments.iterator(); rest.hasNext(); ) {
            String option = rest.next();
            switch (option) {
                case "--redis" -> redis = value(option, rest);
                case "--bot" -> layout.bot(value(option, rest));
                case "--back" -> direction = Direction.TO_AIOGRAM;
                case "--dry-run" -> dryRun = true;
                case "--remove" -> remove = true;
                case "--no-layout-check" -> layoutCheck = false;
                case "--progress" -> progress = true;
                case "--prefix" -> layout.prefix(value(option, rest));
                case "--separator" -> layout.separator(value(option, rest));
                case "--with-bot-id" -> layout.withBotId();
                case "--with-business-connection-id" -> layout.withBusinessConnectionId();
                case "--with-destiny" -> layout.withDestiny();
                case "--state-ttl" -> layout.stateTtl(seconds(option, rest));
                case "--data-ttl" -> layout.dataTtl(seconds(option, rest));
                case "--key-prefix" -> own.keyPrefix(value(option, rest));
                case "--ttl" -> own.ttl(seconds(option, rest));
                default ->
                    throw new IllegalArgumentException(
                            option.startsWith("--")
                                    ? "Unknown option: " + option.split("=", 2)[0]
                                    : "An option must begin with --"); // perhaps a URI with a password
            }
        }
        if (redis.isEmpty()) {
            throw new IllegalArgumentException("--redis is missing");
        }
        return new MigrationOptions(
                redis, layout.build(), own.build(), direction, dryRun, remove, layoutCheck, progress);
    }

    private static String value(String option, Iterator<String> rest) {
        if (!rest.hasNext()) {
            throw new IllegalArgumentException(option + " needs a value");
        }
        return rest.next();
    }

    private static Duration seconds(String option, Iterator<String> rest) {
        String value = value(option, rest);
        if (!value.matches("[1-9][0-9]{0,8}")) {
            throw new IllegalArgumentException(
                    String.format(Locale.ROOT, "%s must be a number of seconds: \"%s\"", option, value));
        }
        return Duration.ofSeconds(Long.parseLong(value));
    }
}
