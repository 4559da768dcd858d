package io.botfsm;

import static java.util.Objects.requireNonNull;

import io.botfsm.internal.state.StateGroup;
import io.botfsm.internal.state.StateRegistry;
import io.botfsm.json.JacksonCodec;
import io.botfsm.json.JsonCodec;
import io.botfsm.storage.StateNames;
import io.botfsm.storage.StateStorage;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** Collects the settings of an {@link Fsm}. */
final class FsmBuilder implements Fsm.Builder {
    private final StateStorage storage;
    private final Map<Class<?>, StateGroup<?>> groups = new LinkedHashMap<>();
    private final Map<Class<?>, VersionedType> types = new LinkedHashMap<>();
    private Duration timeout = Duration.ofSeconds(5);
    private Optional<Executor> executor = Optional.empty();
    private Optional<JsonCodec> codec = Optional.empty();
    private InstantSource clock = InstantSource.system();
    private Function<Fsm, Fsm> decorators = Function.identity();

    FsmBuilder(StateStorage storage) {
        this.storage = requireNonNull(storage, "storage");
    }

    @Override
    public Fsm.Builder timeout(Duration wait) {
        if (requireNonNull(wait, "timeout").isNegative() || wait.isZero() || wait.compareTo(Duration.ofDays(1)) > 0) {
            throw new IllegalArgumentException("timeout must be positive and at most a day: " + wait);
        }
        timeout = wait;
        return this;
    }

    @Override
    public Fsm.Builder executor(Executor forUserCode) {
        executor = Optional.of(requireNonNull(forUserCode, "executor"));
        return this;
    }

    @Override
    public Fsm.Builder codec(JsonCodec chosen) {
        codec = Optional.of(requireNonNull(chosen, "codec"));
        return this;
    }

    @Override
    public Fsm.Builder clock(InstantSource source) {
        clock = requireNonNull(source, "clock");
        return this;
    }

    @Override
    public <E extends Enum<E>> Fsm.Builder states(Class<E> group) {
        return states(group, names -> {});
    }

    @Override
    public <E extends Enum<E>> Fsm.Builder states(Class<E> group, Consumer<StateNames<E>> names) {
        StateRegistry.register(groups, group, names);
        return this;
    }

    @Override
    public <T> Fsm.Builder data(Class<T> type, Consumer<DataVersions> versions) {
        Map<Class<?>, VersionedType> all = new LinkedHashMap<>(types);
        all.put(type, VersionedType.declared(type, versions));
        new DataRegistry(all);
        types.putAll(all);
        return this;
    }

    @Override
    public Fsm.Builder decorate(UnaryOperator<Fsm> decorator) {
        requireNonNull(decorator, "decorator");
        decorators = decorators.andThen(fsm -> requireNonNull(decorator.apply(fsm), "the decorator returned null"));
        return this;
    }

    @Override
    public Fsm build() {
        DataRegistry data = new DataRegistry(types);
        JsonCodec chosen = codec.orElseGet(JacksonCodec::new);
        data.types().forEach(chosen::names);
        data.requireRemembered(storage.capabilities());
        return decorators.apply(new StoredFsm(
                new StorageCalls(storage, timeout, executor.orElseGet(UserCodePool::start), System::nanoTime, clock),
                new TypeMapping(new StateRegistry(groups), data, chosen),
                Fence.NONE));
    }
}
