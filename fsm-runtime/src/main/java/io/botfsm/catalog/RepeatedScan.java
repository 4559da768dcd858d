package io.botfsm.catalog;

import io.botfsm.storage.catalog.CatalogPage;
import io.botfsm.storage.catalog.ConversationCatalog;
import io.botfsm.storage.catalog.ConversationFilter;
import io.botfsm.storage.catalog.FoundConversation;
import io.botfsm.storage.catalog.UnreadableRecord;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Repeatedly visits the matching conversations until a pass finds none; the visitor changes each so that it no longer
 * matches. Nothing is then left that was written before the last pass. Used once, by one thread.
 */
final class RepeatedScan {
    /** The maximum number of passes; more would hardly help against a bot that writes that often. */
    static final int MOST_PASSES = 20;

    private final ConversationCatalog catalog;
    private final ConversationFilter filter;
    private final Set<UnreadableRecord> unreadable = new LinkedHashSet<>();
    private int passes;

    RepeatedScan(ConversationCatalog catalog, ConversationFilter filter) {
        this.catalog = catalog;
        this.filter = filter;
    }

    /** Runs at most {@link #MOST_PASSES} passes, until one finds nothing. Returns whether one did. */
    boolean run(Consumer<List<FoundConversation>> visitor) {
        return run(() -> false, visitor);
    }

    /**
     * Runs passes, each of which first runs another task, until neither finds anything.
     *
     * @param other the task; returns whether it has found anything
     */
    boolean run(BooleanSupplier other, Consumer<List<FoundConversation>> visitor) {
        while (passes < MOST_PASSES) {
            passes++;
            boolean foundAny = other.getAsBoolean();
            if (!pass(visitor) && !foundAny) {
                return true;
            }
        }
        return false;
    }

    private boolean pass(Consumer<List<FoundConversation>> visitor) {
        unreadable.clear();
        boolean foundAny = false;
        Optional<String> cursor = Optional.empty();
        do {
            CatalogPage page = catalog.page(filter, cursor);
            foundAny |= !page.found().isEmpty();
            visitor.accept(page.found());
            unreadable.addAll(page.unreadable());
            cursor = page.next();
        } while (cursor.isPresent());
        return foundAny;
    }

    int passes() {
        return passes;
    }

    /** Returns the unreadable records of the last pass. */
    List<UnreadableRecord> unreadable() {
        return List.copyOf(unreadable);
    }
}
