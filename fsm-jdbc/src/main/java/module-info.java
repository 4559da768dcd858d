/** Conversations and leases in a SQL database, through a {@link javax.sql.DataSource} of the application. */
module io.botfsm.jdbc {
    requires transitive io.botfsm.core;
    requires transitive io.botfsm.lock;
    requires transitive java.sql;
    requires org.slf4j;
    requires static transitive org.jspecify;

    exports io.botfsm.jdbc;
}
