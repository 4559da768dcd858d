package io.botfsm.redis.spi;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** The commands of a port in the syntax of Redis, for clients that send every command in the same way. */
public abstract class CommandPort implements RedisPort {
    private static final byte[] HGETALL = bytes("HGETALL");
    private static final byte[] EVALSHA = bytes("EVALSHA");
    private static final byte[] EVAL = bytes("EVAL");
    private static final byte[] SCRIPT = bytes("SCRIPT");
    private static final byte[] LOAD = bytes("LOAD");
    private static final byte[] INFO = bytes("INFO");
    private static final byte[] CONFIG = bytes("CONFIG");
    private static final byte[] GET = bytes("GET");
    private static final byte[] CLUSTER = bytes("CLUSTER");
    private static final byte[] SLOTS = bytes("SLOTS");
    private static final byte[] NODES = bytes("NODES");
    private static final byte[] GETKEYSINSLOT = bytes("GETKEYSINSLOT");
    private static final byte[] SCAN = bytes("SCAN");
    private static final byte[] MATCH = bytes("MATCH");
    private static final byte[] COUNT = bytes("COUNT");
    private static final byte[] ONE = bytes("1");

    /** Lets a node of a cluster execute the next command though the keys of its slot are moving to it. */
    static final List<byte[]> ASKING = List.of(bytes("ASKING"));

    /** Creates a port. */
    protected CommandPort() {}

    /**
     * Sends a command once, immediately.
     *
     * @param command name and arguments
     * @return the reply as {@link RedisScripts} describes it; a map is returned as a list of alternating names and
     *     values
     */
    protected abstract CompletionStage<List<Object>> send(List<byte[]> command);

    @Override
    public CompletionStage<List<byte[]>> hgetall(byte[] key) {
        return flat(send(List.of(HGETALL, key)));
    }

    @Override
    public CompletionStage<List<Object>> evalsha(String sha, List<byte[]> keys, List<byte[]> args) {
        return send(evalshaCommand(sha, keys, args));
    }

    @Override
    public CompletionStage<List<Object>> eval(byte[] script, List<byte[]> keys, List<byte[]> args) {
        return send(evalCommand(script, keys, args));
    }

    static List<byte[]> evalshaCommand(String sha, List<byte[]> keys, List<byte[]> args) {
        return script(EVALSHA, bytes(sha), keys, args);
    }

    static List<byte[]> evalCommand(byte[] script, List<byte[]> keys, List<byte[]> args) {
        return script(EVAL, script, keys, args);
    }

    private static List<byte[]> script(byte[] name, byte[] script, List<byte[]> keys, List<byte[]> args) {
        List<byte[]> command = new ArrayList<>(3 + keys.size() + args.size());
        command.add(name);
        command.add(script);
        command.add(keys.size() == 1 ? ONE : bytes(Integer.toString(keys.size())));
        command.addAll(keys);
        command.addAll(args);
        return command;
    }

    @Override
    public CompletionStage<String> scriptLoad(byte[] script) {
        return send(List.of(SCRIPT, LOAD, script)).thenApply(CommandPort::text);
    }

    @Override
    public CompletionStage<String> info(String section) {
        return send(List.of(INFO, bytes(section))).thenApply(CommandPort::text);
    }

    @Override
    public CompletionStage<List<byte[]>> configGet(String pattern) {
        return flat(send(List.of(CONFIG, GET, bytes(pattern))));
    }

    @Override
    public CompletionStage<List<Object>> scan(byte[] cursor, byte[] pattern, int count) {
        return send(List.of(SCAN, cursor, MATCH, pattern, COUNT, bytes(Integer.toString(count))));
    }

    /** Returns which node serves which slots, as a node of a cluster sees it ({@code CLUSTER SLOTS}). */
    public CompletionStage<List<Object>> clusterSlots() {
        return send(List.of(CLUSTER, SLOTS));
    }

    /** Returns the nodes of the cluster, as a node sees them ({@code CLUSTER NODES}). */
    public CompletionStage<String> clusterNodes() {
        return send(List.of(CLUSTER, NODES)).thenApply(CommandPort::text);
    }

    /** Returns keys of a slot that a node holds ({@code CLUSTER GETKEYSINSLOT}). */
    public CompletionStage<List<byte[]>> keysInSlot(int slot, int count) {
        return flat(
                send(List.of(CLUSTER, GETKEYSINSLOT, bytes(Integer.toString(slot)), bytes(Integer.toString(count)))));
    }

    @SuppressWarnings("unchecked") // all its elements are byte[]
    private static CompletionStage<List<byte[]>> flat(CompletionStage<?> reply) {
        return (CompletionStage<List<byte[]>>) reply;
    }

    private static String text(List<Object> reply) {
        return reply.get(0) instanceof byte[] bytes ? new String(bytes, UTF_8) : "";
    }

    private static byte[] bytes(String word) {
        return word.getBytes(US_ASCII);
    }
}
