package io.botfsm.redis.lettuce;

import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.CommandOutput;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A reply as a list of {@code byte[]}, {@code Long} and {@code List} elements. A reply that is not a list becomes a
 * list of one element.
 */
final class ReplyOutput extends CommandOutput<byte[], byte[], List<Object>> {
    private static final byte[] EMPTY = {};

    private final Deque<List<Object>> enclosing = new ArrayDeque<>(2);
    private List<Object> filling = new ArrayList<>(1);
    private boolean isList;

    ReplyOutput() {
        super(ByteArrayCodec.INSTANCE, new ArrayList<>());
        output = filling;
    }

    @Override
    public void multi(int count) {
        List<Object> list = new ArrayList<>(Math.max(count, 0));
        if (isList) {
            filling.add(list);
            enclosing.push(filling);
        } else {
            isList = true;
            output = list;
        }
        filling = list;
    }

    /** Called after each element, with the number of lists that are still open. */
    @Override
    public void complete(int depth) {
        if (depth > 0 && depth <= enclosing.size()) {
            filling = enclosing.pop();
        }
    }

    @Override
    public void set(@Nullable ByteBuffer bytes) {
        filling.add(copy(bytes));
    }

    @Override
    public void set(long integer) {
        filling.add(integer);
    }

    static byte[] copy(@Nullable ByteBuffer bytes) {
        if (bytes == null || !bytes.hasRemaining()) {
            return EMPTY;
        }
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(copy);
        return copy;
    }

    /** Returns no content, since Lettuce logs it and conversations are confidential. */
    @Override
    public String toString() {
        return "ReplyOutput";
    }
}
