package io.botfsm.conformance.storage;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StorageClosedException;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.StorageUnavailableException;
import io.botfsm.storage.catalog.CatalogPage;
import io.botfsm.storage.catalog.ConversationCatalog;
import io.botfsm.storage.catalog.ConversationFilter;
import io.botfsm.storage.catalog.FoundConversation;
import io.botfsm.storage.catalog.UnreadableRecord;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.BiPredicate;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** A catalog of the {@link ReferenceBackend} that keeps every rule, of steps that a fault can replace. */
final class ReferenceCatalog implements ConversationCatalog {
    final ReferenceStorage storage;

    int pageSize = 300;
    BiFunction<ConversationFilter, Optional<String>, CatalogPage> page = this::honestPage;
    Function<ConversationFilter, Stream<FoundConversation>> find = ConversationCatalog.super::find;
    BiFunction<ConversationFilter, Optional<String>, Stream<StorageKey>> keys = this::honestKeys;
    BiPredicate<ConversationFilter, StorageKey> matches = ConversationFilter::matches;
    BiPredicate<ConversationFilter, FoundConversation> isFound =
            (filter, found) -> filter.matches(found.key(), found.snapshot());
    Function<StorageKey, Snapshot> read;
    Function<StorageKey, String> encode =
            key -> HexFormat.of().formatHex(key.toText().getBytes(UTF_8));
    Function<String, StorageKey> decode =
            cursor -> StorageKey.parse(new String(HexFormat.of().parseHex(cursor), UTF_8));
    Runnable requireUsable = this::honestRequireUsable;
    Predicate<StorageKey> isUnreadable;

    ReferenceCatalog(ReferenceStorage storage) {
        this.storage = storage;
        this.read = storage.backend::honestRead;
        this.isUnreadable = storage.backend.spoilt::contains;
    }

    void honestRequireUsable() {
        if (storage.isClosed()) {
            throw new StorageClosedException();
        }
        if (!storage.isUp()) {
            throw new StorageUnavailableException("the backend is down", storage.deadline, null);
        }
    }

    Stream<StorageKey> honestKeys(ConversationFilter filter, Optional<String> cursor) {
        Optional<String> last = cursor.map(decode).map(StorageKey::toText);
        return storage.backend.kept.keySet().stream()
                .map(StorageKey.class::cast)
                .filter(key -> matches.test(filter, key))
                .filter(key -> last.isEmpty() || key.toText().compareTo(last.get()) > 0)
                .sorted(Comparator.comparing(StorageKey::toText));
    }

    CatalogPage honestPage(ConversationFilter filter, Optional<String> cursor) {
        requireUsable.run();
        List<StorageKey> some = keys.apply(filter, cursor).limit(pageSize).toList();
        List<FoundConversation> found = new ArrayList<>();
        List<UnreadableRecord> unreadable = new ArrayList<>();
        for (StorageKey key : some) {
            if (isUnreadable.test(key)) {
                unreadable.add(UnreadableRecord.of(key.toString(), "spoilt"));
            } else {
                FoundConversation conversation = FoundConversation.of(key, read.apply(key));
                if (isFound.test(filter, conversation)) {
                    found.add(conversation);
                }
            }
        }
        Optional<String> next =
                some.size() < pageSize ? Optional.empty() : Optional.of(encode.apply(some.get(some.size() - 1)));
        return CatalogPage.of(found, unreadable, next);
    }

    @Override
    public CatalogPage page(ConversationFilter filter, Optional<String> cursor) {
        return page.apply(filter, cursor);
    }

    @Override
    public Stream<FoundConversation> find(ConversationFilter filter) {
        return find.apply(filter);
    }
}
