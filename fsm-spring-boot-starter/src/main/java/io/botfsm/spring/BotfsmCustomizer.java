package io.botfsm.spring;

/**
 * Adds settings to an object that this starter builds. A bean of type {@code BotfsmCustomizer<Fsm.Builder>} receives
 * the builder of the {@code Fsm}; the same applies to {@code InstanceLock.Builder}, {@code BotRunner},
 * {@code TelegramRunner}, {@code TelegramSender.Builder}, {@code TimeoutRunner.Builder} and
 * {@code WebhookHandler.Builder}. Customizers are called in bean order, after the properties have been applied.
 *
 * @param <B> the builder
 */
@FunctionalInterface
public interface BotfsmCustomizer<B> {
    /** Adds the settings. */
    void customize(B builder);
}
