package io.botfsm.spring;

/** Where conversations and locks are kept. */
enum StorageKind {
    MEMORY,
    REDIS,
    JDBC
}
