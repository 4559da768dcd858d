package io.botfsm.catalog;

import static java.util.Objects.requireNonNull;

import io.botfsm.Conversation;
import io.botfsm.Fsm;
import io.botfsm.json.UnreadableDataException;
import io.botfsm.storage.FsmException;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.UnknownStateException;
import io.botfsm.storage.catalog.CatalogPage;
import io.botfsm.storage.catalog.ConversationCatalog;
import io.botfsm.storage.catalog.ConversationFilter;
import io.botfsm.storage.catalog.FoundConversation;
import io.botfsm.storage.catalog.UnreadableRecord;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Finds the stored conversations that this build cannot read, before it is rolled out: those in a state that was
 * renamed or removed, with data that no longer fits its type, or with data of a newer version. It only reads; nothing
 * is changed.
 *
 * <pre>{@code
 * Preflight report = Preflight.check(catalog, fsm, Pizza.class);
 * report.unreadable().forEach(System.out::println);
 * System.exit(report.isClean() ? 0 : 1);
 * }</pre>
 *
 * <p>An instance is a report of what was found, as it was when it was read. It names keys, states, entries and reasons,
 * never a value. Immutable and thread-safe.
 */
public final class Preflight {
    /** The maximum number of problems that a report lists; it counts all of them. */
    public static final int MOST_LISTED = 1_000;

    private final long checked;
    private final long count;
    private final List<UnreadableConversation> unreadable;
    private final List<UnreadableRecord> records;

    private Preflight(Check check) {
        checked = check.checked;
        count = check.count;
        unreadable = List.copyOf(check.unreadable);
        records = List.copyOf(check.records);
    }

    /**
     * Checks every conversation of the storage, of all bots.
     *
     * @param catalog finds the conversations
     * @param fsm an {@code Fsm} of this build, with its states, data versions and codec
     * @param types the types that this build reads by {@link Conversation#data(Class)}
     * @throws IllegalArgumentException if a type cannot be typed data
     * @throws FsmException if the storage is unavailable or refuses, or the thread is interrupted
     */
    public static Preflight check(ConversationCatalog catalog, Fsm fsm, Class<?>... types) {
        return check(catalog, ConversationFilter.all(), fsm, types);
    }

    /**
     * Checks the conversations that match, such as those of one bot. Blocks for as long as a scan of the storage takes.
     *
     * @param catalog finds the conversations
     * @param filter selects the conversations
     * @param fsm an {@code Fsm} of this build, with its states, data versions and codec
     * @param types the types that this build reads by {@link Conversation#data(Class)}
     * @throws IllegalArgumentException if a type cannot be typed data
     * @throws FsmException if the storage is unavailable or refuses, or the thread is interrupted
     */
    public static Preflight check(ConversationCatalog catalog, ConversationFilter filter, Fsm fsm, Class<?>... types) {
        requireNonNull(catalog, "catalog");
        requireNonNull(filter, "filter");
        requireNonNull(fsm, "fsm");
        Check check = new Check(
                fsm.stateNames(), Optional.of(fsm), List.copyOf(Arrays.asList(requireNonNull(types, "types"))));
        check.requireTypes(fsm);
        return run(catalog, filter, check);
    }

    /**
     * Checks records and states alone, for tools that know the names of the states but have no bot. Blocks for as long
     * as a scan of the storage takes.
     *
     * @param catalog finds the conversations
     * @param filter selects the conversations
     * @param states the stored names that a build knows, former ones included; empty to check no states
     * @throws FsmException if the storage is unavailable or refuses, or the thread is interrupted
     */
    public static Preflight checkStates(ConversationCatalog catalog, ConversationFilter filter, Set<String> states) {
        requireNonNull(catalog, "catalog");
        requireNonNull(filter, "filter");
        return run(
                catalog, filter, new Check(Set.copyOf(requireNonNull(states, "states")), Optional.empty(), List.of()));
    }

    private static Preflight run(ConversationCatalog catalog, ConversationFilter filter, Check check) {
        Optional<String> cursor = Optional.empty();
        do {
            CatalogPage page = catalog.page(filter, cursor);
            page.found().forEach(check::conversation);
            page.unreadable().forEach(check::record);
            cursor = page.next();
        } while (cursor.isPresent());
        return new Preflight(check);
    }

    /** Returns whether this build can read every conversation. */
    public boolean isClean() {
        return count == 0;
    }

    /** How many conversations were read. One that was found twice is counted twice. */
    public long checked() {
        return checked;
    }

    /**
     * How many problems were found, at least the number of those listed. Beyond {@value #MOST_LISTED}, a problem that
     * was found twice is counted twice.
     */
    public long count() {
        return count;
    }

    /**
     * The parts that this build cannot read, at most the first {@value #MOST_LISTED}. One conversation may have
     * several.
     */
    public List<UnreadableConversation> unreadable() {
        return unreadable;
    }

    /**
     * The records that may be conversations, but that the storage itself cannot read; at most the first
     * {@value #MOST_LISTED}.
     */
    public List<UnreadableRecord> records() {
        return records;
    }

    /** Returns the numbers. */
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "Preflight[checked=%d, count=%d, listed=%d]",
                checked,
                count,
                unreadable.size() + records.size());
    }

    /** A running check. Not thread-safe. */
    private static final class Check {
        private static final StorageKey NOBODY =
                StorageKey.bot("preflight").chat("none").user("none").build();

        private final Set<String> states;
        private final Optional<Fsm> fsm;
        private final List<Class<?>> types;
        private final Set<UnreadableConversation> unreadable = new LinkedHashSet<>();
        private final Set<UnreadableRecord> records = new LinkedHashSet<>();
        private long checked;
        private long count;

        Check(Set<String> states, Optional<Fsm> fsm, List<Class<?>> types) {
            this.states = states;
            this.fsm = fsm;
            this.types = types;
        }

        /** Throws for a type that cannot be typed data: a mistake in the call, not a problem of each conversation. */
        void requireTypes(Fsm fsm) {
            Conversation none = fsm.conversation(NOBODY, Snapshot.none());
            for (Class<?> type : types) {
                try {
                    var unused = none.data(type);
                } catch (UnreadableDataException e) {
                    // thrown by an upcaster; the conversations are checked for it anyway
                }
            }
        }

        void conversation(FoundConversation found) {
            checked++;
            Optional<String> unknown = found.state().filter(name -> !states.isEmpty() && !states.contains(name));
            unknown.ifPresent(name ->
                    add(unreadable, UnreadableConversation.state(new UnknownStateException(found.key(), name))));
            fsm.map(each -> each.conversation(found.key(), found.snapshot()))
                    .ifPresent(conversation -> types.forEach(type -> data(conversation, found.key(), type)));
        }

        private void data(Conversation conversation, StorageKey key, Class<?> type) {
            try {
                var unused = conversation.data(type);
            } catch (UnreadableDataException e) { // including data of a newer version
                add(
                        unreadable,
                        UnreadableConversation.data(key, e.field(), "as " + type.getName() + ": " + e.problem()));
            } catch (RuntimeException e) { // thrown by the application's codec; its message may show a value
                add(
                        unreadable,
                        UnreadableConversation.data(
                                key,
                                "",
                                "as " + type.getName() + ": the codec failed with "
                                        + e.getClass().getName()));
            }
        }

        void record(UnreadableRecord record) {
            add(records, record);
        }

        private <T> void add(Set<T> listed, T problem) {
            if (listed.contains(problem)) {
                return;
            }
            count++;
            if (listed.size() < MOST_LISTED) {
                listed.add(problem);
            }
        }
    }
}
