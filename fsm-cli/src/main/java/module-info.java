/** The operator's command {@code botfsm}: finds, shows and repairs what bots have stored. */
module io.botfsm.cli {
    requires com.zaxxer.hikari;
    requires info.picocli;
    requires io.botfsm.jdbc;
    requires io.botfsm.redis.aiogram;
    requires io.botfsm.redis.lettuce;
    requires io.botfsm.runtime;
    requires java.logging; // where PostgreSQL's driver logs
    requires static transitive org.jspecify;

    exports io.botfsm.cli;

    opens io.botfsm.cli to
            info.picocli;
}
