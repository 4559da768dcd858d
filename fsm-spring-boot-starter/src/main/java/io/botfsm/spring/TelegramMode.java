package io.botfsm.spring;

/** How updates arrive. */
enum TelegramMode {
    POLLING,
    WEBHOOK
}
