package io.botfsm.isolation;

import io.botfsm.storage.StorageKey;

/**
 * Names the lease of a conversation: {@code conversation/bot/chat/user[/thread[/business[/destiny]]]}. Within a
 * segment, {@code %} and {@code /} are percent-encoded. A present segment is never empty, so an absent one in the
 * middle differs from every present one, and two different conversations never share a name.
 */
final class LeaseNames {
    private LeaseNames() {}

    static String of(StorageKey key) {
        StringBuilder name = new StringBuilder("conversation");
        append(name, key.bot());
        append(name, key.chat());
        append(name, key.user());
        boolean destiny = !key.destiny().equals(StorageKey.DEFAULT_DESTINY);
        boolean business = key.business().isPresent();
        if (destiny || business || key.thread().isPresent()) {
            append(name, key.thread().orElse(""));
        }
        if (destiny || business) {
            append(name, key.business().orElse(""));
        }
        if (destiny) {
            append(name, key.destiny());
        }
        return name.toString();
    }

    private static void append(StringBuilder name, String segment) {
        name.append('/').append(segment.replace("%", "%25").replace("/", "%2F"));
    }
}
