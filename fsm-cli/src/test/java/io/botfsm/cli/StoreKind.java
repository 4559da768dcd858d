package io.botfsm.cli;

/** The kinds of stores on which every command is tried. */
enum StoreKind {
    REDIS_SERVER,
    REDIS_SENTINEL,
    REDIS_CLUSTER,
    SQLITE,
    POSTGRESQL;

    TriedStore open() {
        return switch (this) {
            case REDIS_SERVER -> RedisStore.server();
            case REDIS_SENTINEL -> RedisStore.sentinel();
            case REDIS_CLUSTER -> RedisStore.cluster();
            case SQLITE -> SqlStore.sqlite();
            case POSTGRESQL -> SqlStore.postgresql();
        };
    }
}
