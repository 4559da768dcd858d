package io.botfsm.conformance.storage;

import io.botfsm.storage.StorageUnavailableException;
import io.botfsm.storage.catalog.ConversationFilter;
import io.botfsm.storage.inbox.DeadUpdate;
import io.botfsm.storage.inbox.InboxCounts;
import io.botfsm.storage.inbox.InboxFencedException;
import io.botfsm.storage.inbox.InboxLimits;
import io.botfsm.storage.inbox.InboxUpdate;
import io.botfsm.storage.inbox.UpdateInbox;
import io.botfsm.storage.inbox.WaitingUpdate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;
import java.util.function.BiPredicate;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntUnaryOperator;
import java.util.function.LongUnaryOperator;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** An inbox of the {@link ReferenceBackend} that keeps every rule, of steps that a fault can replace. */
final class ReferenceInbox implements UpdateInbox {
    /** The inbox of a bot. */
    static final class Bot {
        final String id;
        final List<WaitingUpdate> waiting = new CopyOnWriteArrayList<>();
        final List<DeadUpdate> dead = new CopyOnWriteArrayList<>();
        long last;
        long fence;

        Bot(String id) {
            this.id = id;
        }

        long bytes() {
            return waiting.stream().mapToLong(each -> each.update().size()).sum();
        }
    }

    interface Room {
        boolean isFor(Bot bot, List<InboxUpdate> fresh, InboxLimits limits);
    }

    interface Erasable {
        boolean is(ConversationFilter filter, String bot, InboxUpdate update);
    }

    interface Pages {
        <T> List<T> of(List<T> all, int limit);
    }

    private final ReferenceStorage storage;
    final ReferenceBackend backend;

    BiPredicate<InboxUpdate, InboxUpdate> isSame = ReferenceInbox::honestIsSame;
    Room room = ReferenceInbox::honestRoom;
    BiConsumer<Bot, WaitingUpdate> append = (bot, update) -> bot.waiting.add(update);
    BiPredicate<Bot, InboxUpdate> remove = this::honestRemove;
    BiConsumer<Bot, InboxUpdate> removeBuried = this::honestRemoveBuried;
    BiConsumer<Bot, OptionalLong> pass = ReferenceInbox::honestPass;
    BiConsumer<Bot, InboxLimits> trim = ReferenceInbox::honestTrim;
    BiConsumer<Bot, DeadUpdate> revive = this::honestRevive;
    Predicate<InboxUpdate> isUnreadable;
    Erasable erasable = UpdateInbox::matches;
    UnaryOperator<InboxUpdate> stored = update -> update;
    UnaryOperator<String> reason = UpdateInbox::reasonToKeep;
    Supplier<Instant> time;
    IntUnaryOperator limit = UpdateInbox::requireLimit;
    LongUnaryOperator position = UpdateInbox::requirePosition;
    Consumer<OptionalLong> fence = UpdateInbox::requireFence;
    BiConsumer<String, List<InboxUpdate>> requireUpdates = UpdateInbox::requireUpdates;
    BiConsumer<List<InboxUpdate>, InboxLimits> requireRoom = UpdateInbox::requireRoom;
    UnaryOperator<ConversationFilter> filter = UpdateInbox::requireByKey;
    UnaryOperator<InboxCounts> counted = counts -> counts;
    Runnable betweenLookAndWrite = () -> {};
    Runnable requireUsable;
    BiPredicate<Bot, InboxUpdate> isWaiting = this::honestIsWaiting;
    BiPredicate<Bot, InboxUpdate> buriesWaiting = this::honestIsWaiting;
    BiPredicate<Bot, InboxUpdate> isDead = this::honestIsDead;
    Supplier<Object> lock;
    UnaryOperator<String> address = id -> id;
    BooleanSupplier erasesDead = () -> true;
    BooleanSupplier isUp;
    BooleanSupplier mayBeApplied = () -> true;
    Function<Bot, Long> next = bot -> bot.last + 1;
    Pages pages = new Pages() {
        @Override
        public <T> List<T> of(List<T> all, int most) {
            return all.stream().limit(most).toList();
        }
    };

    ReferenceInbox(ReferenceStorage storage) {
        this.storage = storage;
        this.backend = storage.backend;
        this.time = backend::time;
        this.isUp = storage::isUp;
        this.lock = () -> backend.inboxes;
        this.requireUsable = storage.catalog::honestRequireUsable;
        this.isUnreadable =
                update -> update.key().filter(backend.spoilt::contains).isPresent();
    }

    ReferenceStorage storage() {
        return storage;
    }

    static boolean honestIsSame(InboxUpdate one, InboxUpdate other) {
        return one.id().equals(other.id()) && Arrays.equals(one.content(), other.content());
    }

    static boolean honestRoom(Bot bot, List<InboxUpdate> fresh, InboxLimits limits) {
        long more = fresh.stream().mapToLong(InboxUpdate::size).sum();
        return fresh.isEmpty()
                || (bot.waiting.size() + fresh.size() <= limits.updates() && bot.bytes() + more <= limits.bytes());
    }

    static void honestPass(Bot bot, OptionalLong token) {
        if (token.orElse(bot.fence) < bot.fence) {
            throw new InboxFencedException(bot.id, token.orElseThrow(), bot.fence);
        }
        bot.fence = token.orElse(bot.fence);
    }

    static void honestTrim(Bot bot, InboxLimits limits) {
        while (bot.dead.size() > limits.deadLetters()) {
            bot.dead.remove(0);
        }
    }

    boolean honestIsDead(Bot bot, InboxUpdate update) {
        return bot.dead.stream().anyMatch(letter -> isSame.test(letter.update(), update));
    }

    private void honestRemoveBuried(Bot bot, InboxUpdate update) {
        var unused = remove.test(bot, update);
    }

    boolean honestRemove(Bot bot, InboxUpdate update) {
        return bot.waiting.removeIf(each -> isSame.test(each.update(), update));
    }

    void honestRevive(Bot bot, DeadUpdate letter) {
        if (!isWaiting.test(bot, letter.update())) {
            store(bot, letter.update());
        }
    }

    boolean honestIsWaiting(Bot bot, InboxUpdate update) {
        return bot.waiting.stream().anyMatch(each -> isSame.test(each.update(), update));
    }

    void store(Bot bot, InboxUpdate update) {
        bot.last = next.apply(bot);
        append.accept(bot, WaitingUpdate.of(bot.last, stored.apply(update), time.get()));
    }

    /** Runs a call while no other runs, and loses its answer if the backend does. */
    private <T> T locked(Object id, Function<Bot, T> call) {
        T answer;
        synchronized (lock.get()) {
            answer = call.apply(backend.inboxes.computeIfAbsent(address.apply(id(id)), Bot::new));
        }
        if (!isUp.getAsBoolean()) {
            throw new StorageUnavailableException(
                    "the answer is lost", storage.deadline, mayBeApplied.getAsBoolean(), null);
        }
        return answer;
    }

    private static String id(Object bot) {
        return ConversationFilter.bot(bot).bot().orElseThrow();
    }

    private void requireReachable() {
        if (backend.connection != ReferenceBackend.Connection.LOSES_ANSWERS) {
            requireUsable.run();
        }
    }

    @Override
    public boolean add(Object id, List<InboxUpdate> updates, InboxLimits limits, OptionalLong fencingToken) {
        requireUpdates.accept(id(id), updates);
        requireRoom.accept(updates, limits);
        fence.accept(fencingToken);
        requireReachable();
        return locked(id, bot -> {
            pass.accept(bot, fencingToken);
            List<InboxUpdate> fresh = new ArrayList<>();
            for (InboxUpdate update : updates) {
                if (!isWaiting.test(bot, update) && fresh.stream().noneMatch(each -> isSame.test(each, update))) {
                    fresh.add(update);
                }
            }
            boolean isRoom = room.isFor(bot, fresh, limits);
            betweenLookAndWrite.run();
            if (isRoom) {
                fresh.forEach(update -> store(bot, update));
            }
            return isRoom;
        });
    }

    @Override
    public List<WaitingUpdate> waiting(Object id, long after, int most) {
        long from = position.applyAsLong(after);
        int checked = limit.applyAsInt(most);
        requireUsable.run();
        return locked(
                id,
                bot -> pages.of(
                        bot.waiting.stream()
                                .filter(each -> each.position() > from && !isUnreadable.test(each.update()))
                                .toList(),
                        checked));
    }

    @Override
    public void remove(Object id, List<InboxUpdate> updates, OptionalLong fencingToken) {
        requireUpdates.accept(id(id), updates);
        fence.accept(fencingToken);
        requireReachable();
        var unused = locked(id, bot -> {
            pass.accept(bot, fencingToken);
            return updates.stream().filter(update -> remove.test(bot, update)).count();
        });
    }

    @Override
    public void bury(Object id, InboxUpdate update, String why, InboxLimits limits, OptionalLong fencingToken) {
        bury(id, update, why, limits, fencingToken, bot -> true);
    }

    @Override
    public void buryWaiting(Object id, InboxUpdate update, String why, InboxLimits limits, OptionalLong fencingToken) {
        bury(id, update, why, limits, fencingToken, bot -> buriesWaiting.test(bot, update));
    }

    private void bury(
            Object id,
            InboxUpdate update,
            String why,
            InboxLimits limits,
            OptionalLong fencingToken,
            Predicate<Bot> condition) {
        requireUpdates.accept(id(id), List.of(update));
        fence.accept(fencingToken);
        requireReachable();
        var unused = locked(id, bot -> {
            pass.accept(bot, fencingToken);
            if (!condition.test(bot)) {
                return bot;
            }
            removeBuried.accept(bot, update);
            if (!isDead.test(bot, update)) {
                bot.last = next.apply(bot);
                bot.dead.add(DeadUpdate.of(bot.last, stored.apply(update), reason.apply(why), time.get()));
            }
            trim.accept(bot, limits);
            return bot;
        });
    }

    @Override
    public List<DeadUpdate> dead(Object id, long after, int most) {
        long from = position.applyAsLong(after);
        int checked = limit.applyAsInt(most);
        requireUsable.run();
        return locked(
                id,
                bot -> pages.of(
                        bot.dead.stream()
                                .filter(each -> each.position() > from && !isUnreadable.test(each.update()))
                                .toList(),
                        checked));
    }

    private Optional<DeadUpdate> letter(Bot bot, long position) {
        return bot.dead.stream().filter(each -> each.position() == position).findFirst();
    }

    @Override
    public boolean replay(Object id, long position) {
        requireReachable();
        return locked(id, bot -> {
            Optional<DeadUpdate> letter = letter(bot, position);
            letter.ifPresent(found -> {
                bot.dead.remove(found);
                revive.accept(bot, found);
            });
            return letter.isPresent();
        });
    }

    @Override
    public boolean drop(Object id, long position) {
        requireReachable();
        return locked(id, bot -> letter(bot, position).filter(bot.dead::remove).isPresent());
    }

    @Override
    public InboxCounts counts(Object id) {
        requireUsable.run();
        return locked(
                id,
                bot -> counted.apply(InboxCounts.of(
                        bot.waiting.size(),
                        bot.bytes(),
                        bot.waiting.stream().findFirst().map(WaitingUpdate::storedAt),
                        bot.dead.size())));
    }

    @Override
    public long erase(ConversationFilter which) {
        ConversationFilter checked = filter.apply(which);
        requireReachable();
        synchronized (lock.get()) {
            long before = backend.inboxRecords();
            backend.inboxes.values().forEach(bot -> {
                bot.waiting.removeIf(each -> erasable.is(checked, bot.id, each.update()));
                bot.dead.removeIf(each -> erasesDead.getAsBoolean() && erasable.is(checked, bot.id, each.update()));
            });
            return before - backend.inboxRecords();
        }
    }
}
