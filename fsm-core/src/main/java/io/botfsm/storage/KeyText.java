package io.botfsm.storage;

import io.botfsm.internal.text.Text;
import java.util.HexFormat;
import java.util.Locale;

/** Formats and parses the text of a {@link StorageKey}. */
final class KeyText {
    private static final int MIN_PARTS = 3;
    private static final int MAX_PARTS = 6;

    private KeyText() {}

    static String of(StorageKey key) {
        StringBuilder text = new StringBuilder(48);
        part(text, key.bot());
        part(text.append(':'), key.chat());
        part(text.append(':'), key.user());
        boolean destiny = !key.destiny().equals(StorageKey.DEFAULT_DESTINY);
        boolean business = key.business().isPresent();
        if (destiny || business || key.thread().isPresent()) {
            part(text.append(':'), key.thread().orElse(""));
        }
        if (destiny || business) {
            part(text.append(':'), key.business().orElse(""));
        }
        if (destiny) {
            part(text.append(':'), key.destiny());
        }
        return text.toString();
    }

    static StorageKey parse(String text) {
        String[] parts = text.split(":", -1);
        if (parts.length < MIN_PARTS || parts.length > MAX_PARTS) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "\"%s\" is not the text of a key: it has %d parts, not %d to %d as in bot:chat:user",
                    Text.printable(text),
                    parts.length,
                    MIN_PARTS,
                    MAX_PARTS));
        }
        StorageKey.Builder key =
                StorageKey.bot(decoded(parts[0])).chat(decoded(parts[1])).user(decoded(parts[2]));
        if (isPresent(parts, 3)) {
            key.thread(decoded(parts[3]));
        }
        if (isPresent(parts, 4)) {
            key.business(decoded(parts[4]));
        }
        if (isPresent(parts, 5)) {
            key.destiny(decoded(parts[5]));
        }
        StorageKey parsed = key.build();
        if (!parsed.toText().equals(text)) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "\"%s\" is not the text of a key; the text of the key with these parts is \"%s\"",
                    Text.printable(text),
                    Text.printable(parsed.toText())));
        }
        return parsed;
    }

    private static boolean isPresent(String[] parts, int index) {
        return index < parts.length && !parts[index].isEmpty();
    }

    private static void part(StringBuilder text, String id) {
        for (int i = 0; i < id.length(); i++) {
            char c = id.charAt(i);
            if (isReserved(c)) {
                text.append('%').append(Integer.toHexString(c).toUpperCase(Locale.ROOT));
            } else {
                text.append(c);
            }
        }
    }

    private static String decoded(String part) {
        StringBuilder id = new StringBuilder(part.length());
        for (int i = 0; i < part.length(); i++) {
            char c = part.charAt(i);
            if (c == '%' && i + 2 < part.length() && isHex(part, i + 1) && isHex(part, i + 2)) {
                id.append((char) HexFormat.fromHexDigits(part, i + 1, i + 3));
                i += 2;
            } else {
                id.append(c);
            }
        }
        return id.toString();
    }

    private static boolean isHex(String part, int index) {
        return HexFormat.isHexDigit(part.charAt(index));
    }

    private static boolean isReserved(int c) {
        return c == '%' || c == ':' || c == '{' || c == '}';
    }
}
