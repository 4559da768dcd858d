package io.botfsm.integration.migration;

import io.botfsm.redis.BotRedis;
import io.botfsm.redis.aiogram.AiogramLayout;
import io.botfsm.redis.aiogram.AiogramMigration;
import io.botfsm.redis.aiogram.AiogramMigration.Direction;
import io.botfsm.redis.lettuce.LettuceRedis;

/** Migrates from aiogram's layout, and prints how many conversations it has migrated. Arguments: the URI. */
public final class MigrationProcess {
    private MigrationProcess() {}

    public static void main(String[] arguments) {
        try (BotRedis redis = LettuceRedis.connect(arguments[0])) {
            AiogramMigration.of(redis, AiogramLayout.builder().bot(1).build())
                    .progress(report -> System.out.println(report.migrated()))
                    .run(Direction.FROM_AIOGRAM);
            System.out.println("done");
        }
    }
}
