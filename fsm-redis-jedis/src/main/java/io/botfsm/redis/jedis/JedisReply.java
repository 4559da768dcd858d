package io.botfsm.redis.jedis;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.botfsm.redis.spi.RedisPortException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.exceptions.JedisDataException;

/** Converts what Jedis reads from the wire to the replies of the port. */
final class JedisReply {
    private static final byte[] NOTHING = {};

    private JedisReply() {}

    /**
     * Returns a reply as a list of {@code byte[]}, {@code Long} and {@code List} elements. A reply that is not a list
     * becomes a list of one element; a map (RESP3) becomes a list of alternating names and values.
     */
    static List<Object> list(@Nullable Object reply) {
        return reply instanceof List<?> list ? elements(list) : List.of(element(reply));
    }

    private static List<Object> elements(List<?> list) {
        List<Object> elements = new ArrayList<>(list.size());
        for (Object element : list) {
            if (element instanceof Map.Entry<?, ?> entry) {
                elements.add(element(entry.getKey()));
                elements.add(element(entry.getValue()));
            } else {
                elements.add(element(element));
            }
        }
        return elements;
    }

    private static Object element(@Nullable Object element) {
        if (element == null) {
            return NOTHING;
        }
        if (element instanceof JedisDataException error) {
            throw error;
        }
        return element instanceof List<?> inner ? elements(inner) : element;
    }

    /**
     * Returns the reply of a script, with the reply or failure of the command that followed as an additional last
     * element.
     */
    static List<Object> followed(@Nullable Object reply) {
        List<?> replies = (List<?>) reply;
        if (replies == null) {
            throw new IllegalArgumentException("no replies");
        }
        List<Object> list = new ArrayList<>(list(replies.get(0)));
        Object after = replies.get(1);
        list.add(after instanceof RedisPortException failure ? failure : list(after));
        return list;
    }

    private static byte[] bytes(@Nullable Object element) {
        return element == null ? NOTHING : (byte[]) element;
    }

    static String text(@Nullable Object reply) {
        return new String(bytes(reply), UTF_8);
    }
}
