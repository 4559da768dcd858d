package io.botfsm;

import static java.util.Objects.requireNonNull;

import io.botfsm.internal.data.OrderedMap;
import io.botfsm.internal.text.Text;
import io.botfsm.json.GenericType;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StorageKey;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** A turn while its handler runs: the snapshot read, and beside it the conversation as it shall become. */
final class OpenTurn extends ConversationView implements Turn {
    private static final String JSON_NULL = "null";

    private final Snapshot read;
    private Optional<String> state;
    private Map<String, String> data;
    private Map<String, String> attributes;
    private Optional<Duration> ttl = Optional.empty();
    private boolean spent;

    OpenTurn(StorageKey key, TypeMapping types, Snapshot read) {
        super(key, types);
        this.read = read;
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
    Map<String, String> attributes() {
        return attributes;
    }

    @Override
    public Snapshot snapshot() {
        return read.toBuilder().state(state).data(data).attributes(attributes).build();
    }

    @Override
    public Turn state(Enum<?> to) {
        return become(Optional.of(types.states().name(requireNonNull(to, "state"))));
    }

    @Override
    public Turn state(String to) {
        return become(Optional.of(Text.wellFormed("state", to)));
    }

    @Override
    public Turn clearState() {
        return become(Optional.empty());
    }

    private Turn become(Optional<String> to) {
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
        Map<String, String> entries = types.codec().split(requireNonNull(record, "record"));
        Class<?> type = record.getClass();
        Map<String, String> present = types.upcast(key, type, data, attributes);
        ownData().keySet().retainAll(present.keySet());
        ownData().putAll(present);
        types.codec().names(type).stream()
                .filter(name -> !entries.containsKey(name))
                .forEach(this::remove);
        entries.forEach((name, json) -> {
            if (json.equals(JSON_NULL)) {
                ownData().remove(name);
            } else {
                ownData().put(Text.wellFormed("data name", name), json);
            }
        });
        types.mark(type, data, ownAttributes());
        return this;
    }

    @Override
    public <T> Turn update(Class<T> type, T initial, UnaryOperator<T> change) {
        requireNonNull(initial, "initial");
        requireNonNull(change, "change");
        return data(requireNonNull(change.apply(data(type).orElse(initial)), "what the change returned"));
    }

    @Override
    public Turn clear() {
        ownData().clear();
        ownAttributes().clear();
        return become(Optional.empty());
    }

    @Override
    public Turn ttl(Duration limit) {
        requireOpen();
        ttl = Optional.of(Mutation.requireTtl(limit));
        return this;
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

    /** Ends the turn: from now on it can only be read, and its data needs no copy. */
    void end() {
        spent = true;
        data = OrderedMap.owning(data);
        attributes = OrderedMap.owning(attributes);
    }

    /** Whether there is anything to write. */
    boolean isChanged() {
        return ttl.isPresent()
                || !state.equals(read.state())
                || !data.equals(read.data())
                || !attributes.equals(read.attributes());
    }

    /** What the turn changed, under the condition that the conversation is still the one it read. */
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
        if (state.isEmpty() && data.isEmpty() && read.deadline().isPresent()) {
            changes = changes.clearDeadline(); // it goes anyway, and so does its entry in the storage's index
        }
        return ttl.isPresent() ? changes.ttl(ttl.get()) : changes;
    }

    /** The version says so already; but a decorator sees by it which change this is, without asking the storage. */
    private Mutation.Builder expectStateRead(Mutation.Builder changes) {
        return read.state().isPresent() ? changes.expectState(read.state().get()) : changes.expectNoState();
    }
}
