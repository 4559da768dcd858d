package io.botfsm.conformance.storage;

import io.botfsm.conformance.Faults;
import io.botfsm.conformance.storage.ReferenceBackend.Kept;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.StorageClosedException;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.catalog.CatalogPage;
import io.botfsm.storage.catalog.ConversationFilter;
import io.botfsm.storage.catalog.FoundConversation;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** What can be wrong about a catalog, in the reference. */
final class CatalogFaults extends Faults<ReferenceBackend> {
    CatalogFaults() {
        finding();
        filtering();
        paging();
        looking();
        failing();
    }

    private Row<ReferenceCatalog> inCatalog(String name, Broken broken) {
        return how -> fault(name, broken).is(backend -> backend.opened = storage -> how.accept(storage.catalog));
    }

    private void finding() {
        inCatalog("MissesTheLastOfAPage", breaks(1, 8).also(2, 3, 5, 9, 10))
                .is(c -> c.page = (filter, cursor) -> {
                    CatalogPage page = c.honestPage(filter, cursor);
                    List<FoundConversation> found = new ArrayList<>(page.found());
                    if (!found.isEmpty()) {
                        found.remove(found.size() - 1);
                    }
                    return CatalogPage.of(found, page.unreadable(), page.next());
                });
        inCatalog("MissesTopics", breaks(1).also(3))
                .is(c -> c.matches =
                        (filter, key) -> filter.matches(key) && key.thread().isEmpty());
        inCatalog("MissesWhatHasNoState", breaks(1).also(3, 8))
                .is(c -> c.isFound = (filter, found) -> filter.matches(found.key(), found.snapshot())
                        && found.state().isPresent());
        inCatalog("MissesWhatHasNoStateBehindTheFirstPage", breaks(8))
                .is(c -> c.page = (filter, cursor) -> {
                    CatalogPage page = c.honestPage(filter, cursor);
                    List<FoundConversation> found = page.found().stream()
                            .filter(conversation ->
                                    cursor.isEmpty() || conversation.state().isPresent())
                            .toList();
                    return CatalogPage.of(found, page.unreadable(), page.next());
                });
        inCatalog("FindsWithoutData", breaks(1).also(3, 8))
                .is(c -> c.read = key -> c.storage.backend.honestRead(key).toBuilder()
                        .data(Map.of())
                        .build());
        inCatalog("FindsTombstones", breaks(2).also(3))
                .is(c -> c.isFound = (filter, found) -> filter.matches(found.key())
                        && found.version() != 0
                        && (filter.state().isEmpty() || filter.state().equals(found.state())));
        inCatalog("FindsWhatHasEnded", breaks(2))
                .is(c -> c.read = key -> {
                    Kept record = c.storage.backend.kept.get(key);
                    return record == null
                            ? c.storage.backend.honestRead(key)
                            : record.conversation().snapshot(Instant.EPOCH);
                });
    }

    private void filtering() {
        inCatalog("IgnoresTheState", breaks(3).also(4))
                .is(c -> c.isFound = (filter, found) ->
                        found.state().isPresent() || !found.snapshot().data().isEmpty());
        inCatalog("IgnoresTheUser", breaks(3).also(9)).is(c -> {
            c.matches = (filter, key) -> filter.bot().orElse(key.bot()).equals(key.bot())
                    && filter.chat().orElse(key.chat()).equals(key.chat());
            c.isFound = CatalogFaults::isInState;
        });
        inCatalog("TakesIdsForPrefixes", breaks(3).also(1, 2, 4, 8)).is(c -> {
            c.matches = (filter, key) -> key.bot().startsWith(filter.bot().orElse(""))
                    && key.chat().startsWith(filter.chat().orElse(""))
                    && key.user().startsWith(filter.user().orElse(""));
            c.isFound = CatalogFaults::isInState;
        });
        inCatalog("ComparesStatesWithoutCase", breaks(3))
                .is(c -> c.isFound = (filter, found) ->
                        (found.state().isPresent() || !found.snapshot().data().isEmpty())
                                && filter.state()
                                        .map(s -> s.toLowerCase(Locale.ROOT))
                                        .orElse("")
                                        .equals(filter.state()
                                                .flatMap(any -> found.state())
                                                .map(s -> s.toLowerCase(Locale.ROOT))
                                                .orElse(filter.state().isPresent() ? "(none)" : "")));
        inCatalog("TakesNoStateForTheEmptyOne", breaks(3))
                .is(c -> c.isFound = (filter, found) -> (found.state().isPresent()
                                || !found.snapshot().data().isEmpty())
                        && (filter.state().isEmpty()
                                || filter.state().get().equals(found.state().orElse(""))));
    }

    private static boolean isInState(ConversationFilter filter, FoundConversation found) {
        ConversationFilter ofState =
                filter.state().map(ConversationFilter.all()::state).orElse(ConversationFilter.all());
        return ofState.matches(found.key(), found.snapshot());
    }

    private void paging() {
        inCatalog("ComesInOnePage", breaks(4).also(1, 3, 5, 6, 8, 10)).is(c -> c.pageSize = Integer.MAX_VALUE);
        inCatalog("NeverEnds", breaks(4).alsoAny())
                .is(c -> c.page = (filter, cursor) -> {
                    if (cursor.isPresent() && cursor.get().startsWith("end")) { // tests without a limit end some day
                        return CatalogPage.of(
                                List.of(),
                                List.of(),
                                cursor.map(end -> end + ".").filter(end -> end.length() < 5_000));
                    }
                    CatalogPage page = c.honestPage(filter, cursor);
                    return CatalogPage.of(
                            page.found(), page.unreadable(), page.next().or(() -> Optional.of("end")));
                });
        inCatalog("KnowsItsOwnCursorsOnly", breaks(5)).is(c -> {
            Map<String, StorageKey> given = new ConcurrentHashMap<>();
            c.encode = key -> {
                given.put("c" + key.hashCode(), key);
                return "c" + key.hashCode();
            };
            c.decode = cursor -> Optional.ofNullable(given.get(cursor)).orElseThrow(IllegalArgumentException::new);
        });
        inCatalog("TakesACursorOnce", breaks(5).also(1, 8, 10)).is(c -> {
            Set<String> taken = new HashSet<>();
            c.page = (filter, cursor) -> {
                if (cursor.isPresent() && !taken.add(cursor.get())) {
                    return CatalogPage.of(List.of(), List.of(), Optional.empty());
                }
                return c.honestPage(filter, cursor);
            };
        });
        inCatalog("CursorsOfTheCatalogMoveOn", breaks(5).also(1, 8, 10)).is(c -> {
            List<String> latest = new ArrayList<>(); // whichever cursor is used, it goes on where it was last
            c.page = (filter, cursor) -> {
                Optional<String> from =
                        cursor.isPresent() && !latest.isEmpty() ? Optional.of(latest.get(latest.size() - 1)) : cursor;
                CatalogPage page = c.honestPage(filter, from);
                page.next().ifPresent(latest::add);
                return page;
            };
        });
        inCatalog("TakesAnyTextForACursor", breaks(5)).is(c -> {
            var honest = c.decode;
            c.decode = cursor -> {
                try {
                    return honest.apply(cursor);
                } catch (IllegalArgumentException e) {
                    return StorageKey.bot("~").chat(1).user(1).build();
                }
            };
        });
        inCatalog("FindsEverythingAtOnce", breaks(6).also(10))
                .is(c -> c.find = filter -> {
                    List<FoundConversation> all = new ArrayList<>();
                    Optional<String> cursor = Optional.empty();
                    if (c.storage.isClosed()) {
                        return Stream.of(1).map(any -> {
                            throw new StorageClosedException();
                        });
                    }
                    do {
                        CatalogPage page = c.honestPage(filter, cursor);
                        all.addAll(page.found());
                        cursor = page.next();
                    } while (cursor.isPresent());
                    return all.stream();
                });
        inCatalog("CursorsAreOffsets", breaks(8).also(5)).is(c -> {
            c.keys = (filter, cursor) -> c.honestKeys(filter, Optional.empty())
                    .skip(cursor.map(Integer::parseInt).orElse(0));
            c.page = (filter, cursor) -> {
                CatalogPage page = c.honestPage(filter, cursor);
                int next = cursor.map(Integer::parseInt).orElse(0) + c.pageSize;
                return CatalogPage.of(
                        page.found(), page.unreadable(), page.next().map(any -> "" + next));
            };
        });
    }

    private void looking() {
        inCatalog("LookingIsWriting", breaks(7).also(1, 2, 8))
                .is(c -> c.read = key -> {
                    c.storage.backend.write(key, Mutation.builder().build(), c.storage.ttl);
                    return c.storage.backend.honestRead(key);
                });
        inCatalog("LookingProlongs", breaks(7).also(2))
                .is(c -> c.read = key -> {
                    long end = c.storage.backend.now.getAsLong()
                            + Duration.ofHours(1).toNanos();
                    c.storage.backend.kept.computeIfPresent(
                            key,
                            (same, record) -> c.storage.backend.isOver(record) || record.endNanos() == Long.MAX_VALUE
                                    ? record
                                    : new Kept(record.conversation(), end));
                    return c.storage.backend.honestRead(key);
                });
        inCatalog("LeavesARecordOfEachScan", breaks(7).also(2, 3))
                .is(c -> c.page = (filter, cursor) -> {
                    CatalogPage page = c.honestPage(filter, cursor);
                    StorageKey scan = StorageKey.bot("scan")
                            .chat(System.nanoTime())
                            .user(c.storage.backend.kept.size())
                            .build();
                    c.storage.backend.write(
                            scan, Mutation.builder().state("scan").build(), Optional.empty());
                    return page;
                });
    }

    private void failing() {
        inCatalog("EndsAtWhatCannotBeRead", breaks(9).also(3)).is(c -> {
            Consumer<StorageKey> fail = key -> {
                throw new IllegalStateException("cannot read " + key);
            };
            var honest = c.isUnreadable;
            c.isUnreadable = key -> {
                if (honest.test(key)) {
                    fail.accept(key);
                }
                return false;
            };
        });
        inCatalog("HidesWhatCannotBeRead", breaks(9))
                .is(c -> c.page = (filter, cursor) -> {
                    CatalogPage page = c.honestPage(filter, cursor);
                    return CatalogPage.of(page.found(), List.of(), page.next());
                });
        inCatalog("DoesNotNoticeThatItIsClosed", breaks(10))
                .is(c -> c.requireUsable = () -> {
                    if (!c.storage.isClosed()) {
                        c.honestRequireUsable();
                    }
                });
        inCatalog("TakesAnOutageForTheEnd", breaks(10))
                .is(c -> c.page = (filter, cursor) -> c.storage.isOpenButUnavailable()
                        ? CatalogPage.of(List.of(), List.of(), Optional.empty())
                        : c.honestPage(filter, cursor));
        inCatalog("FailsWithADriversException", breaks(10))
                .is(c -> c.requireUsable = () -> {
                    if (c.storage.isOpenButUnavailable()) {
                        throw new IllegalStateException("connection reset");
                    }
                    c.honestRequireUsable();
                });
    }
}
