package io.botfsm.examples.onboarding.terminal;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.botfsm.FsmException;
import io.botfsm.StorageKey;
import io.botfsm.examples.onboarding.OnboardingFlow;
import io.botfsm.storage.LoggingStateStorage;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/** Starts the bot at a terminal. */
public final class Main {
    private static final int FAILED = 1;
    private static final int BAD_OPTIONS = 2;

    private Main() {}

    public static void main(String[] arguments) {
        System.exit(run(List.of(arguments)));
    }

    private static int run(List<String> arguments) {
        try {
            Options options = Options.parse(arguments);
            if (options.help()) {
                System.out.print(Options.USAGE);
            } else {
                talk(options);
            }
            return 0;
        } catch (IllegalArgumentException e) {
            System.err.printf("%s%n%n%s", e.getMessage(), Options.USAGE);
            return BAD_OPTIONS;
        } catch (FsmException | IOException e) {
            System.err.println(e.getMessage());
            return FAILED;
        }
    }

    private static void talk(Options options) throws IOException {
        OpenStorage storage = OpenStorage.open(options.storage(), dataFolder());
        OnboardingFlow flow = new OnboardingFlow(new LoggingStateStorage(storage.states()));
        StorageKey key = StorageKey.bot("onboarding")
                .chat(options.user())
                .user(options.user())
                .build();
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, UTF_8);
        Terminal terminal = new Terminal(flow, storage, key, new EventIds(InstantSource.system()), out);
        // Runs at every end of the program, at Ctrl-C too.
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            terminal.stop();
            storage.close();
        }));
        terminal.talk(new BufferedReader(new InputStreamReader(System.in, UTF_8)));
    }

    private static Path dataFolder() {
        return Path.of(Optional.ofNullable(System.getenv("ONBOARDING_DATA"))
                .filter(folder -> !folder.isEmpty())
                .orElse("data"));
    }
}
