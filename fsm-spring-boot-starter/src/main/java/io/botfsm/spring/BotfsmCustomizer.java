package io.botfsm.spring;

/**
 * Adds settings to something that this starter builds: a bean of type {@code BotfsmCustomizer<Fsm.Builder>} sees the
 * builder of the {@code Fsm}, and so do those of {@code InstanceLock.Builder}, {@code BotRunner},
 * {@code TelegramRunner} and {@code TelegramSender.Builder}. All are called in their order, after the properties.
 *
 * @param <B> the builder
 */
@FunctionalInterface
public interface BotfsmCustomizer<B> {
    /** Adds the settings. */
    void customize(B builder);
}
