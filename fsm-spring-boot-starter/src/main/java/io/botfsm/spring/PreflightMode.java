package io.botfsm.spring;

/** What is done about conversations that this build cannot read. */
enum PreflightMode {
    OFF,
    WARN,
    FAIL
}
