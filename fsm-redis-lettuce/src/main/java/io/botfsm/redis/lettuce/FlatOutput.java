package io.botfsm.redis.lettuce;

import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.CommandOutput;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A hash as names and values in turn, whether the server sends an array (RESP2) or a map (RESP3). */
final class FlatOutput extends CommandOutput<byte[], byte[], List<byte[]>> {
    FlatOutput() {
        super(ByteArrayCodec.INSTANCE, new ArrayList<>());
    }

    @Override
    public void multi(int count) {
        output = new ArrayList<>(Math.max(count, 0));
    }

    @Override
    public void set(@Nullable ByteBuffer bytes) {
        output.add(ReplyOutput.copy(bytes));
    }

    /** Lettuce logs it; a conversation is nobody's business. */
    @Override
    public String toString() {
        return "FlatOutput";
    }
}
