package io.botfsm;

import static java.util.Objects.requireNonNull;

import io.botfsm.internal.data.OrderedMap;
import io.botfsm.internal.scope.ScopedTurn;
import io.botfsm.internal.text.Text;
import io.botfsm.json.GenericType;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StorageKey;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** A turn while its handler runs: the snapshot that was read, and the conversation as it will be written. */
final class OpenTurn extends ConversationView implements Turn, ScopedTurn {
    private final InstantSource clock;
    private final Snapshot read;
    private Optional<String> state;
    private Map<String, String> data;
    private Map<String, String> attributes;
    private Optional<Duration> ttl = Optional.empty();
    private Optional<Instant> deadline;
    private boolean hasSetDeadline;
    private boolean spent;

    OpenTurn(StorageKey key, TypeMapping types, InstantSource clock, Snapshot read) {
        super(key, types);
        this.clock = clock;
        this.read = read;
        this.deadline = read.deadline();
        this.state = read.state();
        this.data = read.data();
        this.attributes = read.attributes();
    }

    @Override
    public Optional<String> state() {
        return state;
    }

    @Override
    Map<String, String> entries() {
        return data;
    }

    @Override
    public Map<String, String> attributes() {
        return attributes;
    }

    @Override
    public Snapshot snapshot() {
        return read.toBuilder()
                .state(state)
                .data(data)
                .attributes(attributes)
                .deadline(deadline())
                .build();
    }

    @Override
    public Turn state(Enum<?> to) {
        return changeState(Optional.of(types.states().name(requireNonNull(to, "state"))));
    }

    @Override
    public Turn state(String to) {
        return changeState(Optional.of(Text.wellFormed("state", to)));
    }

    @Override
    public Turn clearState() {
        return changeState(Optional.empty());
    }

    private Turn changeState(Optional<String> to) {
        requireOpen();
        state = to;
        return this;
    }

    @Override
    public Turn put(String name, Object value) {
        ownData().put(name, types.json(name, value));
        return this;
    }

    @Override
    public <T> Turn put(String name, T value, GenericType<T> type) {
        ownData().put(name, types.json(name, value, type));
        return this;
    }

    @Override
    public Turn remove(String name) {
        ownData().remove(requireNonNull(name, "data name"));
        return this;
    }

    @Override
    public Turn data(Object record) {
        requireNonNull(record, "record");
        types.put(key, record, types.versionName(record.getClass()), ownData(), ownAttributes());
        return this;
    }

    @Override
    public <T> Turn update(Class<T> type, T initial, UnaryOperator<T> change) {
        requireNonNull(initial, "initial");
        requireNonNull(change, "change");
        return data(requireNonNull(change.apply(data(type).orElse(initial)), "what the change returned"));
    }

    @Override
    public void data(String scope, Object record) {
        DataScope own = DataScope.of(scope);
        Map<String, String> scoped = own.within(data);
        String versionName = own.mark(types.versionName(record.getClass()));
        if (scoped.isEmpty()) {
            VersionMarks.set(ownAttributes(), versionName, VersionedType.FIRST);
        }
        types.put(key, record, versionName, scoped, ownAttributes());
        own.replace(ownData(), scoped);
    }

    @Override
    public void removeData(String scope) {
        DataScope.of(scope).replace(ownData(), Map.of());
    }

    @Override
    public void attribute(String name, String text) {
        ownAttributes().put(name, text);
    }

    @Override
    public void removeAttribute(String name) {
        ownAttributes().remove(name);
    }

    @Override
    public Turn clear() {
        ownData().clear();
        ownAttributes().clear();
        return changeState(Optional.empty());
    }

    @Override
    public Turn ttl(Duration limit) {
        requireOpen();
        ttl = Optional.of(Mutation.requireTtl(limit));
        return this;
    }

    @Override
    public Turn timeout(Duration wait) {
        if (requireNonNull(wait, "timeout").isNegative() || wait.isZero() || wait.compareTo(Mutation.MAX_TTL) > 0) {
            throw new IllegalArgumentException(
                    String.format(Locale.ROOT, "timeout must be positive and at most %s: %s", Mutation.MAX_TTL, wait));
        }
        deadline(clock.instant().plus(wait));
        return this;
    }

    @Override
    public void deadline(Instant due) {
        requireOpen();
        deadline = Optional.of(Mutation.requireDeadline(due));
        hasSetDeadline = true;
    }

    @Override
    public void restoreDeadline(Optional<Instant> former) {
        requireOpen();
        deadline = former.map(Mutation::requireDeadline);
    }

    @Override
    public Turn clearTimeout() {
        requireOpen();
        deadline = Optional.empty();
        hasSetDeadline = true;
        return this;
    }

    /** Returns when the conversation is due after this turn. */
    private Optional<Instant> deadline() {
        boolean isEmpty = state.isEmpty() && data.isEmpty();
        boolean isKept = hasSetDeadline || state.equals(read.state());
        return isKept && !isEmpty ? deadline : Optional.empty();
    }

    private Map<String, String> ownData() {
        requireOpen();
        if (data == read.data()) {
            data = new LinkedHashMap<>(data);
        }
        return data;
    }

    private Map<String, String> ownAttributes() {
        requireOpen();
        if (attributes == read.attributes()) {
            attributes = new LinkedHashMap<>(attributes);
        }
        return attributes;
    }

    private void requireOpen() {
        if (spent) {
            throw new TurnClosedException(key);
        }
    }

    /** Ends the turn: from now on it can only be read, and its data need not be copied. */
    void end() {
        spent = true;
        data = OrderedMap.owning(data);
        attributes = OrderedMap.owning(attributes);
    }

    /** Whether there is anything to write. */
    boolean isChanged() {
        return ttl.isPresent()
                || !deadline().equals(read.deadline())
                || !state.equals(read.state())
                || !data.equals(read.data())
                || !attributes.equals(read.attributes());
    }

    /** Returns the changes of the turn, on the condition that the conversation has not changed since it was read. */
    Mutation.Builder changes() {
        Mutation.Builder changes = Mutation.builder().expectVersion(read.version());
        if (!state.equals(read.state())) {
            changes = expectStateRead(state.isPresent() ? changes.state(state.get()) : changes.clearState());
        }
        for (Map.Entry<String, String> entry : data.entrySet()) {
            if (!entry.getValue().equals(read.data().get(entry.getKey()))) {
                changes = changes.put(entry.getKey(), entry.getValue());
            }
        }
        for (String name : read.data().keySet()) {
            changes = data.containsKey(name) ? changes : changes.remove(name);
        }
        for (Map.Entry<String, String> attribute : attributes.entrySet()) {
            if (!attribute.getValue().equals(read.attributes().get(attribute.getKey()))) {
                changes = changes.attribute(attribute.getKey(), attribute.getValue());
            }
        }
        for (String name : read.attributes().keySet()) {
            changes = attributes.containsKey(name) ? changes : changes.removeAttribute(name);
        }
        if (!deadline().equals(read.deadline())) {
            changes = deadline().isPresent() ? changes.deadline(deadline().get()) : changes.clearDeadline();
        }
        return ttl.isPresent() ? changes.ttl(ttl.get()) : changes;
    }

    /**
     * Adds the state that was read as a condition. The expected version implies it, but the condition gives decorators
     * the previous state without a read.
     */
    private Mutation.Builder expectStateRead(Mutation.Builder changes) {
        return read.state().isPresent() ? changes.expectState(read.state().get()) : changes.expectNoState();
    }
}
