package io.botfsm.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.Fsm;
import io.botfsm.FsmContext;
import io.botfsm.catalog.ChatMove;
import io.botfsm.catalog.ConversationExport;
import io.botfsm.catalog.ConversationImport;
import io.botfsm.catalog.Erasure;
import io.botfsm.flow.Dialog;
import io.botfsm.flow.DialogState;
import io.botfsm.flow.Flow;
import io.botfsm.flow.FlowDefinitionException;
import io.botfsm.flow.SubFlow;
import io.botfsm.flow.test.FlowTester;
import io.botfsm.isolation.EventIsolation;
import io.botfsm.jdbc.BotDatabase;
import io.botfsm.json.GenericType;
import io.botfsm.lock.InstanceLock;
import io.botfsm.lock.store.Claim;
import io.botfsm.lock.store.MemoryLeaseStore;
import io.botfsm.memory.MemoryStateStorage;
import io.botfsm.micrometer.BotMetrics;
import io.botfsm.micrometer.BotObservations;
import io.botfsm.monitoring.Health;
import io.botfsm.monitoring.HealthCheck;
import io.botfsm.recovery.ConversationBackup;
import io.botfsm.recovery.RecoveringStateStorage;
import io.botfsm.recovery.StateRecovery;
import io.botfsm.redis.BotRedis;
import io.botfsm.redis.RedisLeaseOptions;
import io.botfsm.redis.RedisStorageOptions;
import io.botfsm.redis.aiogram.AiogramLayout;
import io.botfsm.redis.lettuce.LettuceRedis;
import io.botfsm.redis.spi.RedisUri;
import io.botfsm.redis.testkit.RedisServers;
import io.botfsm.storage.EventId;
import io.botfsm.storage.EventWindow;
import io.botfsm.storage.FencedStateStorage;
import io.botfsm.storage.FsmStrategy;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Outcome;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.StoredConversation;
import io.botfsm.storage.WriteContext;
import io.botfsm.storage.catalog.ConversationCatalog;
import io.botfsm.storage.catalog.ConversationFilter;
import io.botfsm.storage.deadline.DeadlineQueue;
import io.botfsm.storage.deadline.DueConversation;
import io.botfsm.storage.inbox.InboxLimits;
import io.botfsm.storage.inbox.InboxUpdate;
import io.botfsm.storage.inbox.UpdateInbox;
import io.botfsm.telegrambots.BotToken;
import io.botfsm.telegrambots.ChatAddress;
import io.botfsm.telegrambots.PollingSession;
import io.botfsm.telegrambots.TelegramRunner;
import io.botfsm.telegrambots.TelegramSender;
import io.botfsm.telegrambots.UpdateKeys;
import io.botfsm.telegrambots.WebhookHandler;
import io.botfsm.timeout.TimeoutRunner;
import io.botfsm.transition.LoggingStateStorage;
import io.botfsm.transition.NotifyingStateStorage;
import io.botfsm.transition.TransitionCheckingStateStorage;
import io.botfsm.transition.TransitionRules;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.ObservationRegistry;
import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.lang.reflect.Proxy;
import java.lang.reflect.RecordComponent;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.h2.jdbcx.JdbcDataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.telegram.telegrambots.meta.api.methods.send.SendMessage;
import org.telegram.telegrambots.meta.api.objects.Update;
import org.telegram.telegrambots.meta.generics.TelegramClient;

/** Every public constructor and method of the library refuses a null argument at once and by name. */
@Timeout(120)
class NullArgumentsTest {
    /** Types that only the library creates, and types that its modules share. */
    private static final Pattern NOT_CALLED_BY_USERS =
            Pattern.compile("io.botfsm.(redis.(spi|catalog|cluster|deadline|inbox|internal)..*"
                    + "|redis.aiogram.(AiogramMigration|MigrationReport.*)"
                    + "|Handled..*|transition.Transition|lock.LockEvent.*|lock.AcquireResult.*"
                    + "|lock.store.(Acquisition|Renewal|StoredLease|LockHolder).*"
                    + "|lifecycle.ShutdownSequence.Result|telegrambots.(DeadLetter|PollingConflict))");

    private static final Set<String> OF_OBJECT = Set.of("equals", "hashCode", "toString", "close");
    private static final StorageKey KEY = StorageKey.bot(1).chat(2).user(3).build();
    private static final MemoryStateStorage STORAGE = new MemoryStateStorage();
    private static final Fsm FSM = Fsm.builder(STORAGE).states(Step.class).build();

    private static final RedisClient CLIENT = RedisClient.create();
    private static final BotRedis REDIS =
            LettuceRedis.connect(RedisServers.shared().uri(0));

    @AfterAll
    static void shutDown() {
        REDIS.close();
        CLIENT.shutdown();
    }

    enum Step {
        FIRST
    }

    record Answer(@Nullable String text) {}

    private static final Flow<Object, Object> FLOW = Flow.of(
            Step.class,
            new Answer(null),
            f -> f.idle("idle").begin("begin"::equals, Step.FIRST).state(Step.FIRST, s -> s.ask("?")));

    private static final SubFlow<Object, Object, Answer> SUB_FLOW = SubFlow.of(
            SubStep.class,
            new Answer(null),
            f -> f.state(SubStep.ASKED, s -> s.ask("?").ends().answer((turn, in) -> turn.done())));

    private enum SubStep {
        ASKED
    }

    /** A dialog and a state of it, while they are being declared. */
    private static List<Object> declared() {
        List<Object> declared = new ArrayList<>();
        try {
            Flow.<Object, Object, Answer, Step>of(Step.class, new Answer(null), f -> {
                declared.add(f);
                f.state(Step.FIRST, declared::add);
            });
        } catch (FlowDefinitionException e) {
            return declared;
        }
        throw new IllegalStateException("a silent state was accepted");
    }

    /** A sample of each type, for arguments and receivers; a fresh one for each call. */
    private static final Map<Class<?>, Supplier<?>> SAMPLES = new LinkedHashMap<>();

    static {
        SAMPLES.put(Object.class, () -> 1);
        SAMPLES.put(String.class, () -> "a");
        SAMPLES.put(int.class, () -> 1);
        SAMPLES.put(long.class, () -> 1L);
        SAMPLES.put(boolean.class, () -> true);
        SAMPLES.put(Class.class, () -> Step.class);
        SAMPLES.put(GenericType.class, () -> GenericType.of(Step.class));
        SAMPLES.put(Enum.class, () -> Step.FIRST);
        SAMPLES.put(Duration.class, () -> Duration.ofSeconds(30));
        SAMPLES.put(Optional.class, Optional::empty);
        SAMPLES.put(OptionalLong.class, OptionalLong::empty);
        SAMPLES.put(Instant.class, () -> Instant.EPOCH);
        SAMPLES.put(URI.class, () -> URI.create("http://localhost"));
        SAMPLES.put(StorageKey.class, () -> KEY);
        SAMPLES.put(StorageKey.Builder.class, () -> StorageKey.bot(1));
        SAMPLES.put(MemoryStateStorage.class, () -> STORAGE);
        SAMPLES.put(Fsm.class, () -> FSM);
        SAMPLES.put(Fsm.Builder.class, () -> Fsm.builder(STORAGE));
        SAMPLES.put(FsmContext.class, () -> FSM.context(KEY));
        SAMPLES.put(FsmContext.Async.class, () -> FSM.context(KEY).async());
        SAMPLES.put(io.botfsm.Conversation.class, () -> FSM.context(KEY).read());
        SAMPLES.put(FsmStrategy.class, () -> FsmStrategy.CHAT);
        SAMPLES.put(TransitionRules.class, () -> TransitionRules.builder().build());
        SAMPLES.put(TransitionRules.Builder.class, TransitionRules::builder);
        SAMPLES.put(Mutation.class, () -> Mutation.builder().build());
        SAMPLES.put(Mutation.Builder.class, Mutation::builder);
        SAMPLES.put(EventId.class, () -> EventId.of(1));
        SAMPLES.put(
                WriteContext.class, () -> WriteContext.at(KEY, Instant.EPOCH).build());
        SAMPLES.put(WriteContext.Builder.class, () -> WriteContext.at(KEY, Instant.EPOCH));
        SAMPLES.put(Outcome.Applied.class, () -> Outcome.Applied.of(Optional.empty(), Optional.empty(), 0, 0));
        SAMPLES.put(Outcome.Fenced.class, () -> Outcome.Fenced.of(1));
        SAMPLES.put(Snapshot.class, Snapshot::none);
        SAMPLES.put(Snapshot.Builder.class, Snapshot::builder);
        SAMPLES.put(EventWindow.class, EventWindow::empty);
        SAMPLES.put(ConversationFilter.class, ConversationFilter::all);
        SAMPLES.put(
                ConversationCatalog.class,
                () -> STORAGE.extension(ConversationCatalog.class).orElseThrow());
        SAMPLES.put(
                DeadlineQueue.class,
                () -> STORAGE.extension(DeadlineQueue.class).orElseThrow());
        SAMPLES.put(DueConversation.class, () -> DueConversation.of(KEY, Instant.EPOCH, 1, Instant.EPOCH));
        SAMPLES.put(
                UpdateInbox.class, () -> STORAGE.extension(UpdateInbox.class).orElseThrow());
        SAMPLES.put(InboxUpdate.class, () -> InboxUpdate.of("a", Optional.empty(), new byte[0]));
        SAMPLES.put(InboxLimits.class, InboxLimits::defaults);
        SAMPLES.put(Erasure.class, () -> Erasure.of(STORAGE));
        SAMPLES.put(ChatMove.class, () -> ChatMove.of(STORAGE));
        SAMPLES.put(
                ConversationExport.class,
                () -> ConversationExport.builder(
                                STORAGE.extension(ConversationCatalog.class).orElseThrow())
                        .build());
        SAMPLES.put(
                ConversationExport.Builder.class,
                () -> ConversationExport.builder(
                        STORAGE.extension(ConversationCatalog.class).orElseThrow()));
        SAMPLES.put(
                ConversationImport.class,
                () -> ConversationImport.builder(STORAGE).build());
        SAMPLES.put(ConversationImport.Builder.class, () -> ConversationImport.builder(STORAGE));
        SAMPLES.put(StoredConversation.class, StoredConversation::none);
        SAMPLES.put(StoredConversation.Builder.class, StoredConversation::builder);
        SAMPLES.put(LoggingStateStorage.class, () -> new LoggingStateStorage(STORAGE));
        SAMPLES.put(NotifyingStateStorage.class, () -> new NotifyingStateStorage(STORAGE, List.of()));
        SAMPLES.put(
                TransitionCheckingStateStorage.class,
                () -> new TransitionCheckingStateStorage(
                        STORAGE, TransitionRules.builder().build()));
        SAMPLES.put(FencedStateStorage.class, () -> new FencedStateStorage(STORAGE, 1));
        SAMPLES.put(MeterRegistry.class, SimpleMeterRegistry::new);
        SAMPLES.put(BotMetrics.class, () -> BotMetrics.of(new SimpleMeterRegistry(), "a"));
        SAMPLES.put(ObservationRegistry.class, ObservationRegistry::create);
        SAMPLES.put(BotObservations.class, () -> BotObservations.of(ObservationRegistry.create(), "a"));
        SAMPLES.put(Health.class, Health::up);
        SAMPLES.put(HealthCheck.class, () -> HealthCheck.of("a", Health::up));
        SAMPLES.put(
                RecoveringStateStorage.class,
                () -> RecoveringStateStorage.builder(STORAGE, (StateRecovery) anyOf(StateRecovery.class))
                        .build());
        SAMPLES.put(ConversationBackup.class, () -> ConversationBackup.of(STORAGE, "a"));
        SAMPLES.put(EventIsolation.Builder.class, EventIsolation::builder);
        SAMPLES.put(EventIsolation.class, EventIsolation::inProcess);
        SAMPLES.put(MemoryLeaseStore.class, MemoryLeaseStore::new);
        SAMPLES.put(InstanceLock.Builder.class, () -> InstanceLock.builder(new MemoryLeaseStore(), "a"));
        SAMPLES.put(
                RedisStorageOptions.class, () -> RedisStorageOptions.builder().build());
        SAMPLES.put(RedisStorageOptions.Builder.class, RedisStorageOptions::builder);
        SAMPLES.put(RedisLeaseOptions.class, () -> RedisLeaseOptions.builder().build());
        SAMPLES.put(RedisLeaseOptions.Builder.class, RedisLeaseOptions::builder);
        SAMPLES.put(AiogramLayout.class, () -> AiogramLayout.builder().bot(1).build());
        SAMPLES.put(AiogramLayout.Builder.class, AiogramLayout::builder);
        SAMPLES.put(RedisURI.class, () -> RedisURI.create("redis://localhost"));
        SAMPLES.put(RedisClient.class, () -> CLIENT);
        SAMPLES.put(BotRedis.Builder.class, () -> LettuceRedis.builder("redis://localhost"));
        SAMPLES.put(RedisUri.class, () -> RedisUri.parse("redis://localhost"));
        SAMPLES.put(BotRedis.class, () -> REDIS);
        SAMPLES.put(BotDatabase.Builder.class, () -> BotDatabase.builder(new JdbcDataSource()));
        SAMPLES.put(MemoryStateStorage.Builder.class, MemoryStateStorage::builder);
        SAMPLES.put(Claim.class, () -> new Claim("a", "b"));
        SAMPLES.put(BotToken.class, () -> BotToken.of("7:secret"));
        SAMPLES.put(PollingSession.Builder.class, () -> PollingSession.builder(BotToken.of("7:secret")));
        SAMPLES.put(TimeoutRunner.Builder.class, () -> TimeoutRunner.builder(1));
        SAMPLES.put(Update.class, Update::new);
        SAMPLES.put(TelegramSender.class, () -> TelegramSender.of((TelegramClient) anyOf(TelegramClient.class)));
        SAMPLES.put(
                TelegramSender.Builder.class,
                () -> TelegramSender.builder((TelegramClient) anyOf(TelegramClient.class)));
        SAMPLES.put(SendMessage.class, () -> new SendMessage("1", "a"));
        SAMPLES.put(TelegramRunner.class, () -> TelegramRunner.polling(BotToken.of("7:secret")));
        SAMPLES.put(WebhookHandler.Builder.class, () -> WebhookHandler.builder(BotToken.of("7:secret"), "a"));
        SAMPLES.put(ChatAddress.class, () -> new ChatAddress("1", Optional.empty(), Optional.empty()));
        SAMPLES.put(Flow.class, () -> FLOW);
        SAMPLES.put(SubFlow.class, () -> SUB_FLOW);
        SAMPLES.put(Dialog.class, () -> declared().get(0));
        SAMPLES.put(DialogState.class, () -> declared().get(1));
        SAMPLES.put(FlowTester.class, () -> FlowTester.of(FLOW).say("a"));
        SAMPLES.put(UpdateKeys.class, () -> UpdateKeys.of(1, FsmStrategy.CHAT));
    }

    @Test
    void everyNullIsNamedAtOnce() throws Exception {
        List<String> unnamed = new ArrayList<>();
        int checked = 0;
        for (Class<?> type : publicTypes()) {
            for (Executable call : calls(type)) {
                for (int i = 0; i < call.getParameterCount(); i++) {
                    if (isNullChecked(call.getParameters()[i])) {
                        checked++;
                        String result = callWithNull(type, call, i);
                        if (!result.isEmpty()) {
                            unnamed.add(call + " #" + i + ": " + result);
                        }
                    }
                }
            }
        }
        assertThat(String.join("\n", unnamed))
                .as("%d of %d", unnamed.size(), checked)
                .isEmpty();
        assertThat(checked).isGreaterThan(200);
    }

    private static boolean isNullChecked(Parameter parameter) {
        return !parameter.getType().isPrimitive()
                && !parameter.getAnnotatedType().isAnnotationPresent(Nullable.class);
    }

    private static String callWithNull(Class<?> type, Executable call, int index) {
        try {
            @Nullable Object[] arguments = new Object[call.getParameterCount()];
            for (int i = 0; i < arguments.length; i++) {
                arguments[i] = i == index ? null : sample(call.getParameterTypes()[i]);
            }
            if (call instanceof Constructor<?> constructor) {
                constructor.newInstance(arguments);
            } else {
                call.setAccessible(true);
                ((Method) call).invoke(Modifier.isStatic(call.getModifiers()) ? null : sample(type), arguments);
            }
            return "accepted";
        } catch (InvocationTargetException e) {
            Throwable thrown = e.getCause();
            boolean named = thrown instanceof NullPointerException
                    && thrown.getMessage() != null
                    && !thrown.getMessage().contains("because");
            return named ? "" : String.valueOf(thrown);
        } catch (ReflectiveOperationException | RuntimeException e) {
            return e.toString();
        }
    }

    private static Object sample(Class<?> type) throws ReflectiveOperationException {
        Supplier<?> sample = SAMPLES.get(type);
        if (sample != null) {
            return sample.get();
        }
        if (type.isEnum()) {
            return type.getEnumConstants()[0];
        }
        if (type.isArray()) {
            return Array.newInstance(type.getComponentType(), 0);
        }
        if (type == List.class || type == java.util.Collection.class) {
            return List.of();
        }
        if (type == Map.class) {
            return Map.of();
        }
        if (type.isSealed()) {
            return sample(type.getPermittedSubclasses()[0]);
        }
        if (type.isRecord()) {
            Class<?>[] components = Arrays.stream(type.getRecordComponents())
                    .map(RecordComponent::getType)
                    .toArray(Class<?>[]::new);
            Object[] values = new Object[components.length];
            for (int i = 0; i < values.length; i++) {
                values[i] = sample(components[i]);
            }
            return type.getDeclaredConstructor(components).newInstance(values);
        }
        if (type.isInterface()) {
            return anyOf(type);
        }
        throw new IllegalStateException("no sample of " + type);
    }

    private static Object anyOf(Class<?> type) {
        return Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (proxy, method, args) -> null);
    }

    private static List<Executable> calls(Class<?> type) {
        Stream<Executable> made = Modifier.isAbstract(type.getModifiers())
                ? Stream.empty()
                : Arrays.stream(type.getConstructors()).map(Executable.class::cast);
        boolean received = SAMPLES.containsKey(type);
        return Stream.concat(
                        made,
                        Arrays.stream(type.getDeclaredMethods())
                                .filter(method -> Modifier.isPublic(method.getModifiers()) && !method.isSynthetic())
                                .filter(method -> received || Modifier.isStatic(method.getModifiers()))
                                .filter(method -> !OF_OBJECT.contains(method.getName())))
                .filter(call -> !(type.isEnum() && call.getName().equals("valueOf")))
                .toList();
    }

    private static Set<Class<?>> publicTypes() throws Exception {
        Set<Class<?>> types = new LinkedHashSet<>();
        for (Class<?> of : List.of(
                Fsm.class,
                MemoryStateStorage.class,
                Flow.class,
                FlowTester.class,
                EventIsolation.class,
                InstanceLock.class,
                BotDatabase.class,
                RedisStorageOptions.class,
                LettuceRedis.class,
                AiogramLayout.class,
                PollingSession.class,
                BotMetrics.class)) {
            Path jar = Path.of(
                    of.getProtectionDomain().getCodeSource().getLocation().toURI());
            if (Files.isDirectory(jar)) {
                types.addAll(publicTypesUnder(jar));
            } else {
                try (FileSystem files = FileSystems.newFileSystem(jar)) {
                    types.addAll(publicTypesUnder(files.getPath("/")));
                }
            }
        }
        return types;
    }

    private static List<Class<?>> publicTypesUnder(Path root) throws Exception {
        List<Class<?>> types = new ArrayList<>();
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".class")).toList()) {
                String name = root.relativize(file).toString().replace('/', '.').replaceAll("\\.class$", "");
                if (name.startsWith("io.botfsm.") && !name.contains(".internal.")) {
                    Class<?> type = Class.forName(name, false, NullArgumentsTest.class.getClassLoader());
                    if (isPublic(type)
                            && !Throwable.class.isAssignableFrom(type)
                            && !NOT_CALLED_BY_USERS.matcher(name).matches()) {
                        types.add(type);
                    }
                }
            }
        }
        return types;
    }

    private static boolean isPublic(Class<?> type) {
        Class<?> enclosing = type.getEnclosingClass();
        return Modifier.isPublic(type.getModifiers()) && (enclosing == null || isPublic(enclosing));
    }
}
