package io.botfsm;

import io.botfsm.internal.state.StateRegistry;
import io.botfsm.internal.text.Text;
import io.botfsm.json.JsonCodec;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StorageKey;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How the types of one bot are stored: its states by name, its data by the codec. */
record TypeMapping(StateRegistry states, JsonCodec codec) {
    /**
     * A value as it is stored. Null is no value: an entry that is null would be read like one that is absent.
     *
     * @throws NullPointerException if the value is null
     * @throws IllegalArgumentException if the codec cannot write it, or writes null
     */
    String json(String name, @Nullable Object value) {
        Text.wellFormed("data name", name);
        if (value == null) {
            throw new NullPointerException(noNull(name, "value"));
        }
        String json = codec.write(value);
        if (json.equals("null")) {
            throw new IllegalArgumentException(noNull(name, value.getClass().getName() + ", written as JSON,"));
        }
        return json;
    }

    private static String noNull(String name, String what) {
        return String.format(
                Locale.ROOT,
                "the %s of data entry \"%s\" is null, which cannot be stored; use turn.remove(\"%s\")",
                what,
                Text.printable(name),
                Text.printable(name));
    }

    /** What a snapshot says in these types. */
    Conversation conversation(StorageKey key, Snapshot snapshot) {
        return new ConversationView.Read(key, this, snapshot);
    }
}
