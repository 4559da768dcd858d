package io.botfsm.spring;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/**
 * A bean with the address of a server, as {@code @ServiceConnection} and the support for Docker Compose create it.
 * Spring Boot 4 has other types for it than 3.
 */
final class ConnectionDetails {
    private static final String BOOT_3 = "org.springframework.boot.autoconfigure.";
    private static final String BOOT_4 = "org.springframework.boot.";
    private static final List<String> REDIS = List.of(
            BOOT_3 + "data.redis.RedisConnectionDetails",
            BOOT_4 + "data.redis.autoconfigure.DataRedisConnectionDetails");
    private static final List<String> JDBC =
            List.of(BOOT_3 + "jdbc.JdbcConnectionDetails", BOOT_4 + "jdbc.autoconfigure.JdbcConnectionDetails");

    private ConnectionDetails() {}

    /**
     * @param answers the results of its methods, by their names: values, maps for nested details, lists of ports for
     *     nodes
     */
    static ApplicationContextRunner redis(ApplicationContextRunner app, Map<String, ?> answers) {
        return with(app, type(REDIS), answers);
    }

    static ApplicationContextRunner jdbc(ApplicationContextRunner app, Map<String, ?> answers) {
        return with(app, type(JDBC), answers);
    }

    private static <T> ApplicationContextRunner with(
            ApplicationContextRunner app, Class<T> type, Map<String, ?> answers) {
        return app.withBean(type, () -> type.cast(details(type, answers)));
    }

    private static Class<?> type(List<String> names) {
        for (String name : names) {
            try {
                return Class.forName(name);
            } catch (ClassNotFoundException e) {
                // the type of the other Spring Boot version
            }
        }
        throw new AssertionError(names);
    }

    private static Object details(Class<?> type, Map<String, ?> answers) {
        InvocationHandler handler = (proxy, method, arguments) -> {
            Object answer = answers.get(method.getName());
            if (answer != null) {
                return answer(method, answer);
            }
            if (method.isDefault()) {
                return InvocationHandler.invokeDefault(proxy, method, arguments);
            }
            return method.getDeclaringClass() == Object.class
                    ? method.invoke(answers, arguments)
                    : method.getReturnType() == int.class ? 0 : null;
        };
        return Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler);
    }

    private static Object answer(Method method, Object answer) throws ReflectiveOperationException {
        if (answer instanceof Map<?, ?> nested) {
            @SuppressWarnings("unchecked")
            Map<String, ?> answers = (Map<String, ?>) nested;
            return details(method.getReturnType(), answers);
        }
        if (answer instanceof List<?> ports) {
            Class<?> node = Class.forName(type(REDIS).getName() + "$Node");
            var constructor = node.getDeclaredConstructor(String.class, int.class);
            List<Object> nodes = new java.util.ArrayList<>();
            for (Object port : ports) {
                nodes.add(constructor.newInstance("localhost", port));
            }
            return nodes;
        }
        return answer;
    }
}
