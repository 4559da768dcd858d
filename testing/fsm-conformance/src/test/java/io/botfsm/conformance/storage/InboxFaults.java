package io.botfsm.conformance.storage;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.botfsm.conformance.Faults;
import io.botfsm.storage.inbox.InboxCounts;
import io.botfsm.storage.inbox.InboxFencedException;
import io.botfsm.storage.inbox.InboxUpdate;
import io.botfsm.storage.inbox.UpdateInbox;
import io.botfsm.storage.inbox.WaitingUpdate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.locks.LockSupport;

/** What can be wrong about an inbox, in the reference. */
final class InboxFaults extends Faults<ReferenceBackend> {
    private static final long A_WHILE = 200_000;

    InboxFaults() {
        adding();
        once();
        bounds();
        removing();
        burying();
        dead();
        fencing();
        listing();
        erasing();
        failing();
    }

    private Row<ReferenceInbox> inInbox(String name, Broken broken) {
        return how -> fault(name, broken).is(backend -> backend.opened = storage -> how.accept(storage.inbox));
    }

    private void adding() {
        inInbox("LastFirst", breaks(1).alsoAny()).is(q -> q.append = (bot, update) -> bot.waiting.add(0, update));
        inInbox("ForgetsTheConversation", breaks(1, 12).alsoAny())
                .is(q -> q.stored = update -> InboxUpdate.of(update.id(), Optional.empty(), update.content()));
        inInbox("TakesContentForText", breaks(1))
                .is(q -> q.stored = update ->
                        InboxUpdate.of(update.id(), update.key(), new String(update.content(), UTF_8).getBytes(UTF_8)));
        inInbox("CutsIdsAtNul", breaks(1).also(3))
                .is(q -> q.stored =
                        update -> InboxUpdate.of(update.id().replace('\u0000', ' '), update.key(), update.content()));
        inInbox("StoresAtNoTime", breaks(1, 6).also(11)).is(q -> q.time = () -> Instant.EPOCH);
        inInbox("GivesPositionsAgain", breaks(1).also(8, 12))
                .is(q -> q.next = bot -> 1
                        + Math.max(
                                bot.waiting.isEmpty()
                                        ? 0
                                        : bot.waiting
                                                .get(bot.waiting.size() - 1)
                                                .position(),
                                bot.dead.isEmpty()
                                        ? 0
                                        : bot.dead.get(bot.dead.size() - 1).position()));
        inInbox("AddsWhatHasRoom", breaks(2).alsoAny())
                .is(q -> q.room = (bot, fresh, limits) -> {
                    boolean isRoom = ReferenceInbox.honestRoom(bot, fresh, limits);
                    for (InboxUpdate update : fresh) {
                        if (!isRoom && ReferenceInbox.honestRoom(bot, List.of(update), limits)) {
                            q.store(bot, update);
                        }
                    }
                    return isRoom;
                });
        inInbox("AddsOneAfterAnother", breaks(2).alsoAny()).is(q -> {
            q.lock = Object::new;
            q.append = (bot, update) -> {
                bot.waiting.add(update);
                LockSupport.parkNanos(A_WHILE);
            };
        });
    }

    private void once() {
        inInbox("ComparesIdsAlone", breaks(1, 3).alsoAny())
                .is(q -> q.isSame = (one, other) -> one.id().equals(other.id()));
        inInbox("ComparesContentAlone", breaks(1).alsoAny())
                .is(q -> q.isSame = (one, other) -> Arrays.equals(one.content(), other.content()));
        inInbox("ComparesConversationsToo", breaks(3)).is(q -> q.isSame = InboxUpdate::equals);
        inInbox("AddsAgain", breaks(3).alsoAny()).is(q -> q.isWaiting = (bot, update) -> false);
        inInbox("MovesTheSameBehind", breaks(3).alsoAny())
                .is(q -> q.isWaiting = (bot, update) -> {
                    q.honestRemove(bot, update);
                    return false;
                });
    }

    private void bounds() {
        inInbox("ForgetsTheBytes", breaks(2, 4).alsoAny())
                .is(q -> q.room =
                        (bot, fresh, limits) -> ReferenceInbox.honestRoom(bot, fresh, limits.bytes(Long.MAX_VALUE)));
        inInbox("ForgetsTheCount", breaks(2, 4).alsoAny())
                .is(q -> q.room = (bot, fresh, limits) ->
                        ReferenceInbox.honestRoom(bot, fresh, limits.updates(Integer.MAX_VALUE)));
        inInbox("IsFullTooEarly", breaks(4).alsoAny())
                .is(q -> q.room = (bot, fresh, limits) ->
                        fresh.isEmpty() || bot.waiting.size() + fresh.size() < limits.updates());
        inInbox("WantsRoomForWhatWaits", breaks(4))
                .is(q -> q.room = (bot, fresh, limits) ->
                        bot.waiting.size() <= limits.updates() && ReferenceInbox.honestRoom(bot, fresh, limits));
        inInbox("LooksBeforeItLocks", breaks(4).alsoAny()).is(q -> {
            q.lock = Object::new;
            q.betweenLookAndWrite = () -> LockSupport.parkNanos(A_WHILE);
        });
        inInbox("TakesAnyUpdate", breaks(4)).is(q -> q.requireRoom = (updates, limits) -> {});
        inInbox("TakesAnyNumber", breaks(4))
                .is(q -> q.requireUpdates =
                        (bot, updates) -> updates.forEach(update -> UpdateInbox.requireOf(bot, update)));
    }

    private void removing() {
        inInbox("RemovesNothing", breaks(5).alsoAny()).is(q -> q.remove = (bot, update) -> false);
        inInbox("RemovesDeadLettersToo", breaks(5).alsoAny())
                .is(q -> q.remove = (bot, update) -> {
                    boolean wasDead = bot.dead.removeIf(each -> q.isSame.test(each.update(), update));
                    return q.honestRemove(bot, update) || wasDead;
                });
        inInbox("FailsIfItDoesNotWait", breaks(5).alsoAny())
                .is(q -> q.remove = (bot, update) -> {
                    if (!q.honestRemove(bot, update)) {
                        throw new IllegalStateException("it does not wait: " + update);
                    }
                    return true;
                });
        inInbox("LeavesTraces", breaks(5))
                .is(q -> q.remove = (bot, update) -> {
                    update.key().ifPresent(key -> q.backend.queued.put(key, Instant.MAX));
                    return q.honestRemove(bot, update);
                });
    }

    private void burying() {
        inInbox("LetsWhatIsGivenUpWait", breaks(6).alsoAny()).is(q -> q.removeBuried = (bot, update) -> {});
        inInbox("GivesUpOnlyWhatWaits", breaks(6).alsoAny()).is(q -> {
            boolean[] waited = new boolean[1];
            q.removeBuried = (bot, update) -> waited[0] = q.honestRemove(bot, update);
            q.isDead = (bot, update) -> !waited[0] || q.honestIsDead(bot, update);
        });
        inInbox("GivesUpWhatWaitsNoMore", breaks(6)).is(q -> q.buriesWaiting = (bot, update) -> true);
        inInbox("GivesUpAgain", breaks(6).also(7, 13)).is(q -> q.isDead = (bot, update) -> false);
        inInbox("KeepsLongReasons", breaks(6)).is(q -> q.reason = why -> why);
        inInbox("CutsPairs", breaks(6))
                .is(q -> q.reason = why -> why.substring(0, Math.min(why.length(), UpdateInbox.MAX_REASON_LENGTH)));
    }

    private void dead() {
        inInbox("KeepsEveryDeadLetter", breaks(7).also(6, 9)).is(q -> q.trim = (bot, limits) -> {});
        inInbox("LetsTheNewestGo", breaks(7).also(6, 9))
                .is(q -> q.trim = (bot, limits) -> {
                    while (bot.dead.size() > limits.deadLetters()) {
                        bot.dead.remove(bot.dead.size() - 1);
                    }
                });
        inInbox("LetsOneGo", breaks(7).also(9))
                .is(q -> q.trim = (bot, limits) -> {
                    if (bot.dead.size() > limits.deadLetters()) {
                        bot.dead.remove(0);
                    }
                });
        inInbox("BoundsDeadLettersByBytes", breaks(7).alsoAny())
                .is(q -> q.trim = (bot, limits) -> {
                    ReferenceInbox.honestTrim(bot, limits);
                    while (bot.dead.stream()
                                    .mapToLong(each -> each.update().size())
                                    .sum()
                            > limits.bytes()) {
                        bot.dead.remove(0);
                    }
                });
        inInbox("CountsDeadLettersAsWaiting", breaks(7).also(4, 5, 8))
                .is(q -> q.room = (bot, fresh, limits) -> ReferenceInbox.honestRoom(bot, fresh, limits)
                        && (fresh.isEmpty()
                                || bot.waiting.size() + bot.dead.size() + fresh.size() <= limits.updates()));
        inInbox("ReplaysInFront", breaks(8).alsoAny())
                .is(q -> q.revive = (bot, letter) ->
                        bot.waiting.add(0, WaitingUpdate.of(letter.position(), letter.update(), q.time.get())));
        inInbox("ReplaysAgain", breaks(8)).is(q -> q.revive = (bot, letter) -> q.store(bot, letter.update()));
        inInbox("ReplaysACopy", breaks(8).alsoAny())
                .is(q -> q.revive = (bot, letter) -> {
                    q.honestRevive(bot, letter);
                    bot.dead.add(0, letter);
                });
        inInbox("ReplaysWithinLimits", breaks(8).also(1))
                .is(q -> q.revive = (bot, letter) -> {
                    if (bot.waiting.size() != 2) {
                        q.honestRevive(bot, letter);
                    }
                });
    }

    private void fencing() {
        inInbox("FencesNothing", breaks(9).also(12)).is(q -> q.pass = (bot, token) -> {});
        inInbox("ForgetsItsFence", breaks(9).also(12))
                .is(q -> q.pass = (bot, token) -> {
                    bot.fence = bot.waiting.isEmpty() ? 0 : bot.fence;
                    ReferenceInbox.honestPass(bot, token);
                });
        inInbox("RefusesTheSameToken", breaks(9).also(10))
                .is(q -> q.pass = (bot, token) -> {
                    ReferenceInbox.honestPass(bot, token);
                    bot.fence = token.isPresent() ? bot.fence + 1 : bot.fence;
                });
        inInbox("ComparesTokensAsText", breaks(9).also(10))
                .is(q -> q.pass = (bot, token) -> {
                    if (token.isPresent() && ("" + token.getAsLong()).compareTo("" + bot.fence) < 0) {
                        throw new InboxFencedException(bot.id, token.getAsLong(), bot.fence);
                    }
                    bot.fence = token.orElse(bot.fence);
                });
        inInbox("FencesWhatHasNoToken", breaks(9).alsoAny())
                .is(q -> q.pass = (bot, token) -> ReferenceInbox.honestPass(bot, OptionalLong.of(token.orElse(0))));
        inInbox("TakesAnyToken", breaks(9)).is(q -> q.fence = token -> {});
        inInbox("RemovesBeforeItRefuses", breaks(9))
                .is(q -> q.pass = (bot, token) -> {
                    try {
                        ReferenceInbox.honestPass(bot, token);
                    } catch (InboxFencedException e) {
                        if (!bot.waiting.isEmpty()) {
                            bot.waiting.remove(0);
                        }
                        throw e;
                    }
                });
        inInbox("ChecksTheFenceBeforeItLocks", breaks(9).alsoAny()).is(q -> {
            q.lock = Object::new;
            q.betweenLookAndWrite = () -> LockSupport.parkNanos(A_WHILE);
        });
    }

    private void listing() {
        inInbox("IgnoresCase", breaks(10).alsoAny()).is(q -> q.address = id -> id.toLowerCase(Locale.ROOT));
        inInbox("TakesOthersConversations", breaks(10))
                .is(q -> q.requireUpdates = (bot, updates) -> {
                    if (updates.size() > UpdateInbox.MAX_UPDATES) {
                        throw new IllegalArgumentException("" + updates.size());
                    }
                });
        inInbox("IgnoresTheLimit", breaks(11).also(13))
                .is(q -> q.pages = new ReferenceInbox.Pages() {
                    @Override
                    public <T> List<T> of(List<T> all, int most) {
                        return all;
                    }
                });
        inInbox("ReturnsShortPages", breaks(11).alsoAny())
                .is(q -> q.pages = new ReferenceInbox.Pages() {
                    @Override
                    public <T> List<T> of(List<T> all, int most) {
                        return all.stream().limit(most - 1L).toList();
                    }
                });
        inInbox("BoundsPagesByBytes", breaks(11))
                .is(q -> q.pages = new ReferenceInbox.Pages() {
                    @Override
                    public <T> List<T> of(List<T> all, int most) {
                        List<T> page = new ArrayList<>();
                        long bytes = 0;
                        for (T each : all) {
                            bytes += each instanceof WaitingUpdate waiting
                                    ? waiting.update().size()
                                    : 0;
                            if (page.size() < most && bytes < 1 << 20) {
                                page.add(each);
                            }
                        }
                        return page;
                    }
                });
        inInbox("TakesAnyLimit", breaks(11)).is(q -> q.limit = most -> Math.max(0, most));
        inInbox("TakesAnyPosition", breaks(11)).is(q -> q.position = after -> after);
        inInbox("CountsOneMore", breaks(11).alsoAny())
                .is(q -> q.counted =
                        counts -> InboxCounts.of(counts.waiting(), counts.bytes() + 1, counts.oldest(), counts.dead()));
        inInbox("IsAlwaysFresh", breaks(11).alsoAny())
                .is(q -> q.counted = counts -> InboxCounts.of(
                        counts.waiting(), counts.bytes(), counts.oldest().map(time -> q.time.get()), counts.dead()));
    }

    private void erasing() {
        inInbox("ErasesNothing", breaks(12).also(13)).is(q -> q.erasable = (filter, bot, update) -> false);
        inInbox("ErasesByUserAlone", breaks(12).also(13))
                .is(q -> q.erasable = (filter, bot, update) -> update.key()
                        .filter(key -> filter.user().equals(Optional.of(key.user())))
                        .isPresent());
        inInbox("ErasesWhatHasNoConversation", breaks(12))
                .is(q -> q.erasable =
                        (filter, bot, update) -> update.key().isEmpty() || UpdateInbox.matches(filter, bot, update));
        inInbox("NeverErasesWhatHasNoConversation", breaks(12))
                .is(q -> q.erasable =
                        (filter, bot, update) -> update.key().isPresent() && UpdateInbox.matches(filter, bot, update));
        inInbox("LeavesDeadLetters", breaks(12)).is(q -> q.erasesDead = () -> false);
        inInbox("ErasesByMoreThanKeys", breaks(12)).is(q -> q.filter = filter -> filter);
    }

    private void failing() {
        inInbox("ReturnsWhatCannotBeRead", breaks(13)).is(q -> q.isUnreadable = update -> false);
        inInbox("FailsAtWhatCannotBeRead", breaks(13)).is(q -> {
            var honest = q.isUnreadable;
            q.isUnreadable = update -> {
                if (honest.test(update)) {
                    throw new IllegalStateException("cannot read " + update);
                }
                return false;
            };
        });
        inInbox("DoesNotNoticeThatItIsClosed", breaks(13)).is(q -> {
            var honest = q.requireUsable;
            q.requireUsable = () -> {
                if (!q.storage().isClosed()) {
                    honest.run();
                }
            };
        });
        inInbox("TakesAnOutageForNothing", breaks(13)).is(q -> {
            q.isUp = () -> true;
            q.requireUsable = () -> {};
        });
        inInbox("FailsWithADriversException", breaks(13)).is(q -> {
            var honest = q.requireUsable;
            q.requireUsable = () -> {
                if (q.storage().isOpenButUnavailable()) {
                    throw new IllegalStateException("connection reset");
                }
                honest.run();
            };
        });
        inInbox("DeniesWhatItHasDone", breaks(13)).is(q -> q.mayBeApplied = () -> false);
    }
}
