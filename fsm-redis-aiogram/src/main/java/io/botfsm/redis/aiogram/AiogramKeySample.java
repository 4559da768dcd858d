package io.botfsm.redis.aiogram;

import io.botfsm.internal.text.Text;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** A sample of the keys in Redis, and whether the options of a layout fit them. Not thread-safe. */
final class AiogramKeySample {
    private static final int SIZE = 1_000;

    private final AiogramLayout layout;
    private final AiogramKeyReader reader;
    private final Set<List<String>> conversations = new LinkedHashSet<>(); // the ids in their keys

    AiogramKeySample(AiogramLayout layout) {
        this.layout = layout;
        this.reader = new AiogramKeyReader(layout);
    }

    /** Adds the conversation of a key, unless the sample already has it or is full. */
    void add(String redisKey) {
        List<String> ids = layout.ids(redisKey);
        if (!ids.isEmpty() && !isFull()) {
            conversations.add(ids);
        }
    }

    boolean isFull() {
        return conversations.size() >= SIZE;
    }

    /**
     * Accepts the layout unless other options fit more than twice as many conversations: a few conversations with other
     * options are to be expected.
     *
     * @throws AiogramLayoutMismatchException otherwise
     */
    void requireFit() {
        int fitting = fitting(layout).size();
        List<List<String>> best = List.of();
        AiogramLayout bestOptions = layout;
        for (AiogramLayout other : reader.alternatives()) {
            List<List<String>> otherwise = fitting(other);
            if (otherwise.size() > best.size()) {
                best = otherwise;
                bestOptions = other;
            }
        }
        if (best.size() > 2 * fitting) {
            throw new AiogramLayoutMismatchException(
                    layout,
                    conversations.size(),
                    fitting,
                    best.size(),
                    layout.example(best.get(0)),
                    reader.remedy(bestOptions) + remedy(bestOptions, best.get(0).get(0)));
        }
    }

    /** Describes how the bot's id has to be set for the other options. */
    private String remedy(AiogramLayout other, String firstId) {
        if (other.hasBotId() && !firstId.equals(layout.bot().orElse(firstId))) {
            return " and bot(" + Text.field(firstId) + ")";
        }
        return !other.hasBotId() && layout.bot().isEmpty() ? " and set bot(id)" : "";
    }

    private List<List<String>> fitting(AiogramLayout options) {
        List<List<String>> likely = conversations.stream()
                .filter(ids -> reader.likely(options, ids).isPresent())
                .toList();
        if (!options.hasBotId() || layout.bot().isEmpty()) {
            return likely;
        }
        List<List<String>> ofTheBot = likely.stream()
                .filter(ids -> ids.get(0).equals(layout.bot().get()))
                .toList();
        boolean isOfOneOther = likely.size() == conversations.size()
                && likely.stream().map(ids -> ids.get(0)).distinct().count() == 1;
        return isOfOneOther && !layout.hasBotId() ? likely : ofTheBot;
    }
}
