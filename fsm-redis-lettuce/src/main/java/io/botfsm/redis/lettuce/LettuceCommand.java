package io.botfsm.redis.lettuce;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.stream.Collectors.toUnmodifiableMap;

import io.botfsm.redis.spi.CommandTimeouts;
import io.botfsm.redis.spi.RedisPortException;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.CommandOutput;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.protocol.CompleteableCommand;
import io.lettuce.core.protocol.ProtocolKeyword;
import io.lettuce.core.protocol.RedisCommand;
import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * A command that knows whether it was sent, and is sent at most once whatever the client does: a second encoding fails,
 * and so does the first one after the command has been reported as not sent. Lettuce then closes the connection.
 */
final class LettuceCommand extends CompletableFuture<List<Object>>
        implements RedisCommand<byte[], byte[], List<Object>>,
                CompleteableCommand<List<Object>>,
                CommandTimeouts.TimedCommand {
    private static final int WAITING = 0;
    private static final int SENT = 1;
    private static final int GIVEN_UP = 2;

    private static final AtomicIntegerFieldUpdater<LettuceCommand> PROGRESS =
            AtomicIntegerFieldUpdater.newUpdater(LettuceCommand.class, "progress");

    private static final Map<ByteBuffer, ProtocolKeyword> KEYWORDS = Arrays.stream(CommandType.values())
            .collect(toUnmodifiableMap(type -> ByteBuffer.wrap(type.getBytes()), type -> type, (one, other) -> one));

    private final Command<byte[], byte[], List<Object>> command;
    private final Consumer<String> onTrouble;

    private volatile int progress = WAITING;

    /**
     * A command.
     *
     * @param words name and arguments
     * @param onTrouble notified why another connection is needed, if the command finds that out
     */
    LettuceCommand(List<byte[]> words, Consumer<String> onTrouble) {
        CommandArgs<byte[], byte[]> arguments = noArguments();
        for (int i = 1; i < words.size(); i++) {
            arguments.add(words.get(i));
        }
        this.command = new Command<>(keyword(words.get(0)), new ReplyOutput(), arguments);
        this.onTrouble = onTrouble;
    }

    static CommandArgs<byte[], byte[]> noArguments() {
        return new CommandArgs<>(ByteArrayCodec.INSTANCE);
    }

    /** Lettuce's own keyword if it has one: options of a user's client may look for it. */
    private static ProtocolKeyword keyword(byte[] name) {
        ProtocolKeyword known = KEYWORDS.get(ByteBuffer.wrap(name));
        return known == null ? new Name(name) : known;
    }

    /** The name of a command that Lettuce does not know. */
    private static final class Name implements ProtocolKeyword {
        private final byte[] name;
        private final String text;

        Name(byte[] name) {
            this.name = name;
            this.text = new String(name, US_ASCII);
        }

        @Override
        public byte[] getBytes() {
            return name;
        }

        @Override
        public String toString() {
            return text;
        }
    }

    @Override
    public void encode(ByteBuf buffer) {
        if (!PROGRESS.compareAndSet(this, WAITING, SENT)) {
            throw new IllegalStateException("a command is sent at most once");
        }
        command.encode(buffer);
    }

    /** Called when the reply is complete. */
    @Override
    public void complete() {
        CommandOutput<byte[], byte[], List<Object>> output = command.getOutput();
        if (output.hasError()) {
            RedisPortException refused = RedisPortException.ofServerError(output.getError());
            super.completeExceptionally(refused);
            if (refused.code().equals("READONLY")) {
                onTrouble.accept("leads to a replica");
            }
        } else {
            complete(output.get());
        }
    }

    @Override
    public boolean completeExceptionally(Throwable failure) {
        boolean sent = !PROGRESS.compareAndSet(this, WAITING, GIVEN_UP) && progress == SENT;
        boolean first = super.completeExceptionally(
                sent ? RedisPortException.outcomeUnknown(failure) : RedisPortException.notSent(failure));
        if (first && failure instanceof RedisCommandTimeoutException) {
            onTrouble.accept("not answering");
        }
        return first;
    }

    @Override
    public void timeOut(Duration timeout) {
        completeExceptionally(new RedisCommandTimeoutException("no answer within " + timeout));
    }

    /** Lettuce cancels what it has not sent when a connection closes. */
    @Override
    public void cancel() {
        completeExceptionally(new CancellationException("connection closed"));
    }

    @Override
    public CommandOutput<byte[], byte[], List<Object>> getOutput() {
        return command.getOutput();
    }

    @Override
    public void setOutput(CommandOutput<byte[], byte[], List<Object>> output) {
        command.setOutput(output);
    }

    @Override
    public CommandArgs<byte[], byte[]> getArgs() {
        return command.getArgs();
    }

    @Override
    public ProtocolKeyword getType() {
        return command.getType();
    }

    @Override
    public void onComplete(Consumer<? super List<Object>> action) {
        var unused = thenAccept(action);
    }

    @Override
    public void onComplete(BiConsumer<? super List<Object>, Throwable> action) {
        var unused = whenComplete(action);
    }

    /** Two commands are never equal. Lettuce compares them. */
    @Override
    public boolean equals(Object that) {
        return this == that;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }

    @Override
    public String toString() {
        return "LettuceCommand[" + command.getType() + "]";
    }
}
