package io.botfsm.jdbc;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.botfsm.storage.StorageKey;
import io.botfsm.storage.catalog.ConversationFilter;
import java.util.Arrays;

/**
 * A range of the primary key that contains all conversations that match a filter.
 *
 * @param from below all of them
 * @param to above all of them
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record KeyRange(byte[] from, byte[] to) {
    /** Above every key, since no byte of UTF-8 is that high. */
    private static final byte[] END = {(byte) 0xff};

    static KeyRange of(ConversationFilter filter) {
        if (filter.bot().isEmpty()) {
            return new KeyRange(new byte[0], END);
        }
        String text = StorageKey.bot(filter.bot().get())
                .chat(filter.chat().orElse("-"))
                .user("-")
                .build()
                .toText();
        String beginning = text.substring(0, text.length() - (filter.chat().isPresent() ? 1 : 3));
        byte[] utf8 = beginning.getBytes(UTF_8);
        byte[] from = Arrays.copyOf(utf8, Math.min(utf8.length, IndexKey.PREFIX_BYTES));
        byte[] to = from.clone();
        to[to.length - 1]++;
        return new KeyRange(from, to);
    }
}
