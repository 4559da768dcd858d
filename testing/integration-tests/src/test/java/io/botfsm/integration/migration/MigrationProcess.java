package io.botfsm.integration.migration;

import io.botfsm.redis.AiogramLayout;
import io.botfsm.redis.AiogramMigration.Direction;
import io.botfsm.redis.lettuce.LettuceRedis;

/** Migrates from aiogram's layout, and tells how many it has. Arguments: the URI. */
public final class MigrationProcess {
    private MigrationProcess() {}

    public static void main(String[] arguments) {
        try (LettuceRedis redis = LettuceRedis.connect(arguments[0])) {
            redis.aiogramMigration(AiogramLayout.builder().bot(1).build())
                    .telling(report -> System.out.println(report.migrated()))
                    .run(Direction.FROM_AIOGRAM);
            System.out.println("done");
        }
    }
}
