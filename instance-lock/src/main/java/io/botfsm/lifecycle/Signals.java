package io.botfsm.lifecycle;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Handles SIGINT and SIGTERM of this process in place of the JVM for a time. It uses reflection, since javac warns
 * about the only class that can do it, and the warning cannot be suppressed.
 */
final class Signals {
    private static final Logger LOG = LoggerFactory.getLogger(Signals.class.getPackageName());
    private static final List<String> NAMES = List.of("INT", "TERM");

    /** Only one runner in this process can handle the signals. */
    private static final AtomicBoolean TAKEN = new AtomicBoolean();

    private final SignalAnswer answer;
    private final boolean ours = TAKEN.compareAndSet(false, true);
    private final List<Taken> taken = new ArrayList<>();

    private Signals(SignalAnswer answer) {
        this.answer = answer;
    }

    /** Installs handlers for the signals, as far as possible. */
    static Signals take(SignalAnswer answer) {
        Signals signals = new Signals(answer);
        if (signals.ours) {
            NAMES.forEach(signals::take);
        } else {
            LOG.warn("Another runner in this process handles the signals; this one stops when the JVM exits");
        }
        return signals;
    }

    private void take(String name) {
        try {
            Class<?> handlers = Class.forName("sun.misc.SignalHandler");
            Class<?> signals = Class.forName("sun.misc.Signal");
            Method handle = signals.getMethod("handle", signals, handlers);
            Object signal = signals.getConstructor(String.class).newInstance(name);
            int number = (int) signals.getMethod("getNumber").invoke(signal);
            Object handler = Proxy.newProxyInstance(
                    Signals.class.getClassLoader(), new Class<?>[] {handlers}, handler("SIG" + name, number));
            taken.add(new Taken(handle, signal, handle.invoke(null, signal, handler)));
        } catch (ReflectiveOperationException | LinkageError e) {
            Throwable why = e instanceof InvocationTargetException ? e.getCause() : e;
            LOG.warn("SIG{} cannot be handled here and is left to the JVM: {}", name, String.valueOf(why));
        }
    }

    private InvocationHandler handler(String name, int number) {
        return (proxy, method, arguments) -> switch (method.getName()) {
            case "handle" -> received(name, number);
            case "equals" -> proxy == arguments[0];
            case "hashCode" -> System.identityHashCode(proxy);
            default -> "handler of " + name;
        };
    }

    private @Nullable Object received(String name, int number) {
        answer.received(name, number);
        return null;
    }

    /** Restores the previous handlers. */
    void giveBack() {
        taken.forEach(Taken::giveBack);
        if (ours) {
            TAKEN.set(false);
        }
    }

    private record Taken(Method handle, Object signal, Object former) {
        void giveBack() {
            try {
                handle.invoke(null, signal, former);
            } catch (ReflectiveOperationException e) {
                LOG.warn("The previous handler of {} could not be restored: {}", signal, e.toString());
            }
        }
    }
}
