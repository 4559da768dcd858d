package io.botfsm.examples.onboarding.terminal;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.botfsm.examples.onboarding.OnboardingFlow;
import io.botfsm.lifecycle.BotRunner.Bot;
import io.botfsm.lock.Lease;
import io.botfsm.storage.StorageKey;
import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.time.InstantSource;

/** The bot at a terminal, with one user. It talks for as long as a lease is held, once for each. */
public final class TerminalBot {
    private final StorageKey key;
    private final EventIds eventIds = new EventIds(InstantSource.system());
    private final Lines lines;
    private final PrintStream out;
    private final boolean colors;

    /**
     * A bot that is not talking yet.
     *
     * @param user who is writing
     * @param in their lines, in UTF-8
     * @param colors whether to set the bot's words apart by color
     */
    public TerminalBot(String user, InputStream in, PrintStream out, boolean colors) {
        this.key = StorageKey.bot("onboarding").chat(user).user(user).build();
        this.lines = Lines.of(new BufferedReader(new InputStreamReader(in, UTF_8)));
        this.out = out;
        this.colors = colors;
    }

    /**
     * Begins to talk, where the bot of the last lease has stopped.
     *
     * @param revival is run when the storage has failed, to bring it back where that is in our hands
     */
    public Bot start(OnboardingFlow flow, Lease lease, Runnable revival) {
        return new Terminal(flow, lease, revival, key, eventIds, lines, out, colors).start();
    }
}
