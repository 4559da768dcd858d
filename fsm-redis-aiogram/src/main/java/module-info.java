/** Conversations in Redis as aiogram 3 keeps them, and their migration. */
module io.botfsm.redis.aiogram {
    requires transitive io.botfsm.redis;
    requires static transitive org.jspecify;

    exports io.botfsm.redis.aiogram;
}
