package io.botfsm.lifecycle;

import static io.botfsm.lifecycle.Soon.soon;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** What happened, in order. */
final class Journal implements Consumer<String> {
    private final List<String> entries = new CopyOnWriteArrayList<>();

    @Override
    public void accept(String entry) {
        entries.add(entry);
    }

    List<String> entries() {
        return entries;
    }

    void awaitEntry(String entry) {
        soon().untilAsserted(() -> assertThat(entries).contains(entry));
    }
}
