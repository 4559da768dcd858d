package io.botfsm.redis.aiogram;

import io.botfsm.internal.text.Text;
import io.botfsm.storage.FsmException;
import java.util.Locale;

/**
 * Thrown when the options of an {@link AiogramLayout} do not match the keys in Redis: a sample of keys can be read with
 * other options, but not with these. Nothing was written. The message names what was found and which options to change.
 */
@SuppressWarnings("serial") // thrown, caught and logged, never sent over a wire
public final class AiogramLayoutMismatchException extends FsmException {
    private final int sampled;
    private final int fitting;
    private final int fittingOtherwise;
    private final String remedy;

    /**
     * Creates the exception.
     *
     * @param sampled how many conversations were sampled
     * @param fitting how many of them match the layout
     * @param fittingOtherwise how many would match with the remedy
     * @param example a key of one of the latter
     * @param remedy which options to change
     */
    AiogramLayoutMismatchException(
            AiogramLayout layout, int sampled, int fitting, int fittingOtherwise, String example, String remedy) {
        super(String.format(
                Locale.ROOT,
                "The options of the layout do not match the keys in Redis: of %d sampled conversations, they match %d; %d,"
                        + " such as %s, match other options: %s. Nothing was written. Build the layout with those options,"
                        + " or, if the current ones are correct, migrate withoutLayoutCheck(). %s",
                sampled,
                fitting,
                fittingOtherwise,
                Text.field(example),
                remedy,
                layout));
        this.sampled = sampled;
        this.fitting = fitting;
        this.fittingOtherwise = fittingOtherwise;
        this.remedy = remedy;
    }

    /** Returns how many conversations were sampled. */
    public int sampled() {
        return sampled;
    }

    /** Returns how many of them match the layout. */
    public int fitting() {
        return fitting;
    }

    /** Returns how many of them would match with the {@link #remedy()}. */
    public int fittingOtherwise() {
        return fittingOtherwise;
    }

    /** Returns which options to change, by their names in aiogram and here. */
    public String remedy() {
        return remedy;
    }
}
