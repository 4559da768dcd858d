package io.botfsm.conformance.storage;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.botfsm.conformance.Conformance;
import io.botfsm.conformance.internal.Rules;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.inbox.InboxLimits;
import io.botfsm.storage.inbox.InboxUpdate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

/** A group of tests of an inbox, each with a bot that nobody else uses. */
abstract class InboxRules extends Rules {
    static final OptionalLong NO_TOKEN = OptionalLong.empty();
    static final InboxLimits LIMITS = InboxLimits.defaults();

    final UpdateInboxConformance suite;
    private final String name = "inbox-" + UUID.randomUUID();
    private final AtomicLong bots = new AtomicLong();

    InboxRules(UpdateInboxConformance suite) {
        super(suite);
        this.suite = suite;
    }

    TestedInbox open() {
        return open(DEADLINE);
    }

    TestedInbox open(Duration deadline) {
        return new TestedInbox(opened(() -> suite.open(deadline)));
    }

    /** Another inbox on the same backend; the same inbox if each storage has its own backend. */
    TestedInbox beside(TestedInbox inbox) {
        return suite instanceof Conformance.Shares ? open() : inbox;
    }

    String freshBot() {
        return name + "-" + bots.incrementAndGet();
    }

    static OptionalLong token(long token) {
        return OptionalLong.of(token);
    }

    static StorageKey key(String bot, int user) {
        return StorageKey.bot(bot).chat(user).user(user).build();
    }

    /** An update of 10 bytes. */
    static InboxUpdate update(String bot, int number) {
        return update(bot, number, 10);
    }

    static InboxUpdate update(String bot, int number, int size) {
        byte[] content = new byte[size];
        byte[] begin = ("" + number).getBytes(UTF_8);
        System.arraycopy(begin, 0, content, 0, Math.min(size, begin.length));
        return InboxUpdate.of("" + number, Optional.of(key(bot, number)), content);
    }

    static List<InboxUpdate> updates(String bot, int from, int to) {
        return IntStream.range(from, to).mapToObj(i -> update(bot, i)).toList();
    }
}
