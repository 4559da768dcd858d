package io.botfsm.spring;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Reports what is wrong, and what to do, instead of a stack trace. */
final class BotfsmFailureAnalyzer extends AbstractFailureAnalyzer<BotfsmStartException> {
    @Override
    protected FailureAnalysis analyze(Throwable root, BotfsmStartException cause) {
        return new FailureAnalysis(String.valueOf(cause.getMessage()), cause.action(), root);
    }
}
