package io.botfsm.integration.timeout;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.botfsm.Fsm;
import io.botfsm.flow.Flow;
import io.botfsm.flow.SubFlow;
import io.botfsm.redis.BotRedis;
import io.botfsm.redis.jedis.JedisRedis;
import io.botfsm.redis.lettuce.LettuceRedis;
import io.botfsm.redis.testkit.RespConnection;
import io.botfsm.storage.EventId;
import io.botfsm.storage.StorageKey;
import io.botfsm.timeout.TimeoutRunner;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A bot in a process of its own, which asks for a name and an address and books a visit. Reads a line for each update,
 * {@code user eventId text}, and prints it when it is handled. What a timeout says is appended to the list
 * {@code sent:user}, and the work of a booking to the list {@code done:job}, with the profile in the hash
 * {@code booked:user} under the job's id.
 */
final class TimeoutBot {
    private static final Duration SOON = Duration.ofSeconds(2);

    enum Visit {
        NAME,
        ADDRESS,
        CONFIRM,
        WAITING,
        REMINDING,
        LEAVING,
        BOOKING,
        BOOKED
    }

    enum Where {
        STREET,
        CITY
    }

    record Profile(String name, String street, String city, String by, int reminders) {}

    record Address(String street, String city) {}

    private static final SubFlow<String, String, Address> ADDRESS = SubFlow.of(Where.class, new Address("", ""), f -> {
        f.state(Where.STREET, s -> {
            s.ask("street?").to(Where.CITY);
            s.answer((turn, text) -> turn.data(new Address(text, "")).goTo(Where.CITY));
        });
        f.state(Where.CITY, s -> {
            s.ask("city?").ends();
            s.answer((turn, text) ->
                    turn.change(a -> new Address(a.street(), text)).done());
        });
    });

    private final RespConnection database;
    private final Flow<String, String> flow;

    private TimeoutBot(RespConnection database) {
        this.database = database;
        this.flow = flow();
    }

    static StorageKey key(int user) {
        return StorageKey.bot(1).chat(user).user(user).build();
    }

    private Flow<String, String> flow() {
        return Flow.of(Visit.class, new Profile("", "", "", "", 0), f -> {
            f.idle("idle").begin("/visit"::equals, Visit.NAME).back("/back"::equals);
            f.state(Visit.NAME, s -> {
                s.ask("name?").to(Visit.ADDRESS);
                s.answer((turn, text) ->
                        turn.change(p -> new Profile(text, "", "", "", 0)).goTo(Visit.ADDRESS));
                s.after(Duration.ofHours(1), turn -> turn.again("never"));
            });
            f.state(Visit.ADDRESS, s -> {
                s.call(
                        ADDRESS,
                        (turn, at) -> turn.change(p -> new Profile(p.name(), at.street(), at.city(), "", 0))
                                .goTo(Visit.CONFIRM));
                s.to(Visit.CONFIRM);
            });
            f.state(Visit.CONFIRM, s -> {
                s.ask("confirm?").to(Visit.BOOKING, Visit.WAITING, Visit.REMINDING, Visit.LEAVING);
                s.answer((turn, text) -> switch (text) {
                    case "wait" -> turn.goTo(Visit.WAITING);
                    case "remind" -> turn.goTo(Visit.REMINDING);
                    case "leave", "leave nothing" ->
                        turn.change(p -> by(p, text)).goTo(Visit.LEAVING);
                    default -> turn.change(p -> by(p, "answer")).goTo(Visit.BOOKING);
                });
                s.after(Duration.ofHours(1), turn -> turn.again("never"));
            });
            f.state(Visit.WAITING, s -> {
                s.ask("sure?").to(Visit.BOOKING);
                s.answer((turn, text) -> turn.change(p -> by(p, "answer")).goTo(Visit.BOOKING));
                s.after(SOON, turn -> turn.change(p -> by(p, "timeout")).goTo(Visit.BOOKING));
            });
            f.state(Visit.REMINDING, s -> {
                s.ask(p -> "well? " + p.reminders()).to(Visit.BOOKING);
                s.answer((turn, text) -> turn.goTo(Visit.BOOKING));
                s.after(
                        SOON,
                        turn -> turn.change(p -> new Profile(p.name(), p.street(), p.city(), p.by(), p.reminders() + 1))
                                .again("still there?"));
            });
            f.state(Visit.LEAVING, s -> {
                s.ask("wait!").ends();
                s.answer((turn, text) -> turn.again());
                s.after(SOON, turn -> {
                    if (!turn.data().by().equals("leave nothing")) {
                        turn.put("left", turn.value("left", Integer.class).orElse(0) + 1);
                    }
                    return turn.end("let go");
                });
            });
            f.state(Visit.BOOKING, s -> {
                s.work(
                        job -> {
                            pause();
                            synchronized (database) {
                                database.call("RPUSH", "done:" + job.id(), "once more");
                                database.call("HSET", "booked:" + job.key().user(), job.id(), text(job.data()));
                            }
                            pause();
                            return "";
                        },
                        (turn, result) -> turn.goTo(Visit.BOOKED));
                s.to(Visit.BOOKED);
            });
            f.state(Visit.BOOKED, s -> s.ask(p -> "booked " + text(p)));
        });
    }

    private static Profile by(Profile profile, String by) {
        return new Profile(profile.name(), profile.street(), profile.city(), by, profile.reminders());
    }

    private static String text(Profile profile) {
        return profile.name() + ", " + profile.street() + ", " + profile.city() + " by " + profile.by();
    }

    /** Long enough to be killed in. */
    private static void pause() throws InterruptedException {
        Thread.sleep(ThreadLocalRandom.current().nextInt(300));
    }

    private void send(StorageKey key, List<String> replies) throws InterruptedException {
        pause();
        for (String reply : replies) {
            synchronized (database) {
                database.call("RPUSH", "sent:" + key.user(), reply);
            }
        }
        pause();
    }

    /** Arguments: the address of the server, and the client. */
    public static void main(String[] args) throws Exception {
        URI uri = URI.create(args[0]);
        try (RespConnection database = new RespConnection(uri.getHost(), uri.getPort());
                BotRedis redis =
                        args[1].equals("lettuce") ? LettuceRedis.connect(args[0]) : JedisRedis.connect(args[0])) {
            TimeoutBot bot = new TimeoutBot(database);
            Fsm conversations = bot.flow.fsm(redis.stateStorage());
            var runner = TimeoutRunner.builder(1)
                    .claim(Duration.ofSeconds(2))
                    .start(
                            conversations,
                            (fsm, key, deadline) ->
                                    bot.flow.fire(fsm, key, deadline, replies -> bot.send(key, replies)));
            System.out.println("ready");
            bot.read(conversations);
            runner.stopPolling();
        }
    }

    private void read(Fsm fsm) throws IOException {
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            String[] words = line.split(" ", 3);
            var unused =
                    flow.handle(fsm, key(Integer.parseInt(words[0])), EventId.of(Long.parseLong(words[1])), words[2]);
            System.out.println("ok " + line);
        }
    }
}
