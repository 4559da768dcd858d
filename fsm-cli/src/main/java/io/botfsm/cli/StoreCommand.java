package io.botfsm.cli;

import io.botfsm.lock.internal.TokenFloor;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.catalog.CatalogPage;
import io.botfsm.storage.catalog.ConversationCatalog;
import io.botfsm.storage.catalog.ConversationFilter;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;
import picocli.CommandLine.Option;

/** A command on the store. Used once. */
abstract class StoreCommand implements Callable<Integer> {
    private final Botfsm botfsm;

    StoreCommand(Botfsm botfsm) {
        this.botfsm = botfsm;
    }

    @Override
    public final Integer call() throws IOException {
        Report report = botfsm.report();
        try {
            return run(report);
        } finally {
            report.end();
        }
    }

    /** Returns the exit status. */
    abstract int run(Report report) throws IOException;

    final StoreSettings settings() throws IOException {
        return botfsm.settings();
    }

    final CommandTerminal terminal() {
        return botfsm.terminal();
    }

    /** The settings of a command that writes conversations; warns if these would never expire. */
    final StoreSettings settingsForWrites() throws IOException {
        StoreSettings settings = settings();
        if (!settings.hasTtl()) {
            botfsm.report()
                    .warning("BOTFSM_TTL is not set, so conversations that this command writes never expire: set it"
                            + " to the same value as in your bot");
        }
        return settings;
    }

    /** Works on the conversations, and shows the progress. */
    static int maintain(StoreSettings settings, FenceOption fence, Report report, ToIntFunction<StateStorage> work) {
        try (OpenStore<StateStorage> store = settings.storage()) {
            return work.applyAsInt(new ProgressStorage(fence.fenced(store.part()), report));
        }
    }

    static void scan(StateStorage storage, ConversationFilter filter, Consumer<CatalogPage> visitor) {
        ConversationCatalog catalog =
                storage.extension(ConversationCatalog.class).orElseThrow();
        Optional<String> cursor = Optional.empty();
        do {
            CatalogPage page = catalog.page(filter, cursor);
            visitor.accept(page);
            cursor = page.next();
        } while (cursor.isPresent());
    }

    /** Waits for a call, and throws its failure. */
    static <T> T result(CompletionStage<T> call) {
        try {
            return call.toCompletableFuture().join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException failure ? failure : e;
        }
    }

    /** @throws Refusal if there is no such conversation */
    static Snapshot existing(StateStorage storage, StorageKey key) {
        Snapshot snapshot = result(storage.read(key));
        if (!ShownConversation.isThere(snapshot)) {
            throw new Refusal(ExitStatus.INCOMPLETE, key.toText() + ": there is no such conversation");
        }
        return snapshot;
    }

    /** Whether values are printed. */
    static final class ValuesOption {
        @Option(names = "--values", description = "also prints values, which users have sent to the bot")
        private boolean values;

        boolean isGiven() {
            return values;
        }
    }

    /** The fencing token of writes. */
    static final class FenceOption {
        static final FenceOption NONE = new FenceOption();

        @Option(
                names = "--fence",
                paramLabel = "TOKEN",
                description = "a lock's fencing token, which lock status prints (not a version): refuses a write"
                        + " if an instance with a higher one has written")
        private Optional<Long> token = Optional.empty();

        /**
         * @throws Refusal if no lease can have the token: it would lock bots out of each conversation that is written
         *     with it
         */
        StateStorage fenced(StateStorage storage) {
            long now = TimeUnit.MILLISECONDS.toMicros(System.currentTimeMillis());
            token.filter(each -> !TokenFloor.isPlausible(each, now)).ifPresent(each -> {
                throw new Refusal(
                        ExitStatus.REFUSED,
                        "--fence " + each + " cannot be a lock's fencing token, which lock status prints."
                                + " Nothing was written");
            });
            return token.map(each -> (StateStorage) new OperatorFence(storage, each))
                    .orElse(storage);
        }
    }

    /** A confirmation of what cannot be undone. */
    static final class ConfirmOption {
        @Option(names = "--yes", description = "does not ask for a confirmation")
        private boolean yes;

        /** @throws Refusal if it is not confirmed */
        void require(CommandTerminal terminal, String question) throws IOException {
            if (yes) {
                return;
            }
            if (!terminal.canAsk()) {
                throw new Refusal(ExitStatus.REFUSED, question + " Confirm it with --yes. Nothing was written");
            }
            if (!terminal.confirms(question)) {
                throw new Refusal(ExitStatus.REFUSED, "not confirmed; nothing was written");
            }
        }
    }
}
