package io.botfsm.cli;

import io.botfsm.storage.ForwardingStateStorage;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Outcome;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.catalog.ConversationCatalog;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;

/** Shows how many conversations are found and written. */
final class ProgressStorage extends ForwardingStateStorage {
    private final Report report;
    private final AtomicLong pages = new AtomicLong();
    private final AtomicLong found = new AtomicLong();
    private final AtomicLong writes = new AtomicLong();

    ProgressStorage(StateStorage storage, Report report) {
        super(storage);
        this.report = report;
    }

    @Override
    public CompletionStage<Outcome> write(StorageKey key, Mutation mutation) {
        writes.incrementAndGet();
        show();
        return super.write(key, mutation);
    }

    @Override
    public <T> Optional<T> extension(Class<T> type) {
        return type == ConversationCatalog.class
                ? super.extension(ConversationCatalog.class).map(catalog -> type.cast(counting(catalog)))
                : super.extension(type);
    }

    private ConversationCatalog counting(ConversationCatalog catalog) {
        return (filter, cursor) -> {
            var page = catalog.page(filter, cursor);
            pages.incrementAndGet();
            found.addAndGet(page.found().size());
            show();
            return page;
        };
    }

    private void show() {
        report.progress(String.format(
                Locale.ROOT, "%d pages read, %d found, %d written", pages.get(), found.get(), writes.get()));
    }
}
