package io.botfsm.jdbc;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLTransientConnectionException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import javax.sql.DataSource;

/** A data source that counts executed statements, can refuse connections, and can run an action before an update. */
final class ObservedDataSource {
    private final AtomicInteger executed = new AtomicInteger();
    private final AtomicReference<Optional<Runnable>> beforeUpdate = new AtomicReference<>(Optional.empty());
    private volatile boolean refusing;
    private final DataSource observed;

    ObservedDataSource(DataSource dataSource) {
        observed = observed(DataSource.class, dataSource);
    }

    DataSource dataSource() {
        return observed;
    }

    /** How many statements have been executed so far. */
    int executed() {
        return executed.get();
    }

    void refuse(boolean connections) {
        refusing = connections;
    }

    /** Runs something between preparing the next statement that changes rows and executing it. */
    void beforeNextUpdate(Runnable action) {
        beforeUpdate.set(Optional.of(action));
    }

    private <T> T observed(Class<T> type, T real) {
        InvocationHandler calls = (proxy, method, arguments) -> {
            if (real instanceof DataSource && refusing) {
                throw new SQLTransientConnectionException("refused, as the test asks for");
            }
            if (real instanceof PreparedStatement && method.getName().startsWith("execute")) {
                executed.incrementAndGet();
                if (method.getName().equals("executeUpdate")) {
                    beforeUpdate.getAndSet(Optional.empty()).ifPresent(Runnable::run);
                }
            }
            try {
                Object result = method.invoke(real, arguments);
                if (result instanceof PreparedStatement statement) {
                    return observed(PreparedStatement.class, statement);
                }
                return result instanceof Connection connection ? observed(Connection.class, connection) : result;
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        };
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, calls));
    }
}
