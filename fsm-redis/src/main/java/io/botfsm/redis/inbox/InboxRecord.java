package io.botfsm.redis.inbox;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.botfsm.storage.StorageKey;
import io.botfsm.storage.inbox.InboxUpdate;
import java.io.ByteArrayOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/**
 * The record of an update: the time in milliseconds and the lengths of content, key and id, each followed by a space,
 * then key, id and content. In the record of a dead letter, the length of the reason, a space and the reason come after
 * the time. Scripts add the time.
 *
 * @param time when the update was stored, or became a dead letter
 * @param reason the reason of a dead letter; otherwise empty
 */
record InboxRecord(Instant time, String reason, InboxUpdate update) {
    /** The name of an update: the same for the same id and content. */
    static byte[] name(InboxUpdate update) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            byte[] id = update.id().getBytes(UTF_8);
            digest.update(ascii(id.length + " "));
            digest.update(id);
            return ascii(HexFormat.of().formatHex(digest.digest(update.content())));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every Java platform has it
        }
    }

    /** The record of an update, without its time. */
    static byte[] of(InboxUpdate update) {
        byte[] key = update.key().map(StorageKey::toText).orElse("").getBytes(UTF_8);
        byte[] id = update.id().getBytes(UTF_8);
        ByteArrayOutputStream record = new ByteArrayOutputStream();
        record.writeBytes(ascii(update.size() + " " + key.length + " " + id.length + " "));
        record.writeBytes(key);
        record.writeBytes(id);
        record.writeBytes(update.content());
        return record.toByteArray();
    }

    /** The record of a dead letter, without its time. */
    static byte[] of(InboxUpdate update, String reason) {
        byte[] why = reason.getBytes(UTF_8);
        ByteArrayOutputStream record = new ByteArrayOutputStream();
        record.writeBytes(ascii(why.length + " "));
        record.writeBytes(why);
        record.writeBytes(of(update));
        return record.toByteArray();
    }

    /** Reads the record of an update; empty if it cannot be read. */
    static Optional<InboxRecord> waiting(byte[] record) {
        return read(record, false);
    }

    /** Reads the record of a dead letter; empty if it cannot be read. */
    static Optional<InboxRecord> dead(byte[] record) {
        return read(record, true);
    }

    @SuppressWarnings("UnusedException") // its message may quote the record
    private static Optional<InboxRecord> read(byte[] record, boolean isDead) {
        Reader reader = new Reader(record);
        try {
            Instant time = Instant.ofEpochMilli(reader.number());
            String reason = isDead ? reader.text(reader.number()) : "";
            long size = reader.number();
            long keyLength = reader.number();
            long idLength = reader.number();
            Optional<StorageKey> key =
                    keyLength == 0 ? Optional.empty() : Optional.of(StorageKey.parse(reader.text(keyLength)));
            InboxUpdate update = InboxUpdate.of(reader.text(idLength), key, reader.bytes(size));
            return reader.isAtEnd() ? Optional.of(new InboxRecord(time, reason, update)) : Optional.empty();
        } catch (RuntimeException e) {
            return Optional.empty();
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(US_ASCII);
    }

    /** Reads the parts of a record in turn; throws if the record is invalid. */
    private static final class Reader {
        private final byte[] record;
        private int at;

        private Reader(byte[] record) {
            this.record = record;
        }

        private long number() {
            int from = at;
            while (record[at] != ' ') {
                at++;
            }
            return Long.parseLong(new String(record, from, at++ - from, US_ASCII));
        }

        private byte[] bytes(long length) {
            if (length < 0 || length > record.length - at) {
                throw new IllegalArgumentException("the record is truncated");
            }
            int from = at;
            at += (int) length;
            return Arrays.copyOfRange(record, from, at);
        }

        private String text(long length) {
            return new String(bytes(length), UTF_8);
        }

        private boolean isAtEnd() {
            return at == record.length;
        }
    }
}
