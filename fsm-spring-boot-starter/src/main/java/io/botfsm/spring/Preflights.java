package io.botfsm.spring;

import io.botfsm.Fsm;
import io.botfsm.catalog.Preflight;
import io.botfsm.storage.catalog.ConversationCatalog;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.SmartInitializingSingleton;

/** Looks for stored conversations that this build cannot read, before any bot starts. */
final class Preflights implements SmartInitializingSingleton {
    private static final Logger LOG = LoggerFactory.getLogger(Preflights.class.getPackageName());
    private static final int NAMED = 10;

    private final PreflightMode mode;
    private final Fsm fsm;
    private final List<Class<?>> types;

    Preflights(PreflightMode mode, Fsm fsm, List<Class<?>> types) {
        this.mode = mode;
        this.fsm = fsm;
        this.types = types;
    }

    @Override
    public void afterSingletonsInstantiated() {
        if (mode == PreflightMode.OFF) {
            return;
        }
        Optional<ConversationCatalog> catalog = fsm.storage().extension(ConversationCatalog.class);
        if (catalog.isEmpty()) {
            problem("The pre-flight check cannot read the storage, which has no catalog.");
            return;
        }
        Preflight report = Preflight.check(catalog.get(), fsm, types.toArray(Class<?>[]::new));
        if (!report.isClean()) {
            problem("This build cannot read stored conversations; problems: " + report.count() + ", such as "
                    + report.unreadable().stream().limit(NAMED).toList()
                    + report.records().stream().limit(NAMED).toList());
        }
    }

    private void problem(String what) {
        if (mode == PreflightMode.FAIL) {
            throw new BotfsmStartException(
                    what,
                    "Declare the former names of states and data (see the page \"Changing states and data\"), or set"
                            + " botfsm.preflight to warn.",
                    null);
        }
        LOG.warn("{}", what);
    }
}
