/** Conversations in Redis in the layout of aiogram 3, and their migration. */
module io.botfsm.redis.aiogram {
    requires transitive io.botfsm.redis;
    requires static transitive org.jspecify;

    exports io.botfsm.redis.aiogram;
}
