package io.botfsm.spring;

import io.botfsm.Fsm;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Outcome;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.catalog.ConversationCatalog;
import io.botfsm.storage.catalog.ConversationFilter;
import io.botfsm.storage.catalog.FoundConversation;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.annotation.DeleteOperation;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.lang.Nullable;

/**
 * Finds, shows and resets conversations. Read-only unless {@code management.endpoint.botfsm.access} says otherwise.
 * Shows which data there is, never its values.
 */
@Endpoint(id = "botfsm", defaultAccess = Access.READ_ONLY)
final class ConversationsEndpoint {
    private static final int MOST = 100;
    private static final int CONFLICT = 409;
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    private final Fsm fsm;

    ConversationsEndpoint(Fsm fsm) {
        this.fsm = fsm;
    }

    /** The first conversations of a scan that match. */
    @ReadOperation
    Map<String, Object> find(
            @Nullable String bot,
            @Nullable String state,
            @Nullable String chat,
            @Nullable String user,
            @Nullable Duration idle) {
        ConversationCatalog catalog = fsm.storage()
                .extension(ConversationCatalog.class)
                .orElseThrow(() -> new UnsupportedOperationException("the storage has no catalog"));
        ConversationFilter filter = bot == null ? ConversationFilter.all() : ConversationFilter.bot(bot);
        filter = state == null ? filter : filter.state(state);
        filter = chat == null ? filter : filter.chat(chat);
        filter = user == null ? filter : filter.user(user);
        filter = idle == null ? filter : filter.untouchedSince(Instant.now().minus(idle));
        List<Map<String, Object>> found;
        try (Stream<FoundConversation> all = catalog.find(filter)) {
            found = all.limit(MOST)
                    .map(each -> shown(each.key(), each.snapshot()))
                    .toList();
        }
        return Map.of("conversations", found, "complete", found.size() < MOST);
    }

    /** One conversation, by its key as {@link #find} shows it. */
    @ReadOperation
    @Nullable
    Map<String, Object> show(@Selector String key) throws InterruptedException, ExecutionException, TimeoutException {
        StorageKey parsed = parsed(key);
        Snapshot snapshot = result(fsm.storage().read(parsed));
        return isThere(snapshot) ? shown(parsed, snapshot) : null;
    }

    /**
     * Clears state, data, attributes and deadline of a conversation, unless it has changed since it was shown.
     *
     * @param version the version that was shown
     * @return 204; if nothing was written, 404 if there is no such conversation, or 409 with the current conversation
     *     if it has another version
     */
    @DeleteOperation
    WebEndpointResponse<Map<String, Object>> reset(@Selector String key, long version)
            throws InterruptedException, ExecutionException, TimeoutException {
        StorageKey parsed = parsed(key);
        if (version < 0) {
            throw new InvalidEndpointRequestException(
                    "the version must not be negative: " + version, "negative version");
        }
        Mutation clear = Mutation.builder()
                .clearState()
                .replaceData(Map.of())
                .expectVersion(version)
                .build();
        if (!(result(fsm.storage().write(parsed, clear)) instanceof Outcome.Conflict conflict)) {
            return new WebEndpointResponse<>(WebEndpointResponse.STATUS_NO_CONTENT);
        }
        Snapshot current = conflict.current();
        if (!isThere(current)) {
            return new WebEndpointResponse<>(WebEndpointResponse.STATUS_NOT_FOUND);
        }
        return new WebEndpointResponse<>(
                Map.of(
                        "error",
                        "the conversation has version " + current.version() + ", not " + version
                                + "; nothing was written: look at it, and decide again",
                        "current",
                        shown(parsed, current)),
                CONFLICT);
    }

    private static boolean isThere(Snapshot snapshot) {
        return snapshot.state().isPresent() || !snapshot.data().isEmpty();
    }

    private static <T> T result(CompletionStage<T> stage)
            throws InterruptedException, ExecutionException, TimeoutException {
        return stage.toCompletableFuture().get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** A wrong key is an error of the request: 400. */
    private static StorageKey parsed(String key) {
        try {
            return StorageKey.parse(key);
        } catch (IllegalArgumentException e) {
            throw new InvalidEndpointRequestException("not a conversation key: " + e.getMessage(), "malformed key", e);
        }
    }

    private static Map<String, Object> shown(StorageKey key, Snapshot snapshot) {
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("key", key.toText());
        shown.put("version", snapshot.version());
        snapshot.state().ifPresent(state -> shown.put("state", state));
        snapshot.since().ifPresent(since -> shown.put("since", since.toString()));
        snapshot.touched().ifPresent(touched -> shown.put("touched", touched.toString()));
        snapshot.deadline().ifPresent(deadline -> shown.put("deadline", deadline.toString()));
        shown.put("data", snapshot.data().keySet().stream().sorted().toList());
        return shown;
    }
}
