package io.botfsm.flow.test;

import io.botfsm.Conversation;
import io.botfsm.flow.Flow;
import io.botfsm.flow.SubFlow;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A bot with everything: buttons, two languages, sub-dialogs, work, timeouts. */
final class BookingBot {
    private BookingBot() {}

    sealed interface In {}

    record Text(String text) implements In {}

    record Button(String state, String choice) implements In {}

    record Location(double latitude, double longitude) implements In {}

    record Out(String text, List<String> buttons, String state) {
        static Out of(String text) {
            return new Out(text, List.of(), "");
        }

        static Out of(Conversation now, String text, List<String> buttons) {
            return new Out(text, buttons, now.state().orElse(""));
        }
    }

    interface Clinic {
        List<String> freeTimes(@Nullable String date) throws Exception;

        boolean book(String jobId, Booking booking) throws Exception;
    }

    enum Where {
        STREET,
        CITY
    }

    record Address(
            @Nullable String street,
            @Nullable String city,
            @Nullable String pin) {
        String line() {
            return pin == null ? street + ", " + city : pin;
        }
    }

    static final SubFlow<In, Out, Address> ADDRESS = SubFlow.of(Where.class, new Address(null, null, null), f -> {
        f.state(Where.STREET, s -> {
            s.ask((a, now) -> Out.of(text(now, "Which street?", "Welche Straße?")));
            s.to(Where.CITY).ends();
            s.when(
                    in -> in instanceof Location,
                    (turn, in) -> turn.data(new Address(null, null, ((Location) in).latitude() + " north"))
                            .done());
            s.answer((turn, in) -> turn.data(new Address(said(in), null, null)).goTo(Where.CITY));
        });
        f.state(Where.CITY, s -> {
            s.ask((a, now) -> Out.of(text(now, "Which city?", "Welche Stadt?"))).ends();
            s.answer((turn, in) ->
                    turn.change(a -> new Address(a.street(), said(in), null)).done());
        });
    });

    enum Language {
        CHOOSE
    }

    record Chosen(@Nullable String language) {}

    static final SubFlow<In, Out, Chosen> LANGUAGE = SubFlow.of(
            Language.class,
            new Chosen(null),
            f -> f.state(Language.CHOOSE, s -> {
                s.ask((c, now) -> Out.of(now, "English / Deutsch?", List.of("en", "de")))
                        .ends();
                s.answer((turn, in) -> Set.of("en", "de").contains(said(in))
                        ? turn.data(new Chosen(said(in))).done()
                        : turn.again());
            }));

    enum Book {
        DATE,
        TIME,
        HOME,
        CONFIRM,
        BOOKING,
        BOOKED
    }

    static final class Booking {
        public @Nullable String date;
        public @Nullable String time;
        public @Nullable String home;
        public List<String> times = List.of();
    }

    static Flow<In, Out> of(Clinic clinic) {
        return Flow.of(Book.class, new Booking(), f -> {
            f.idle(now -> Out.of(text(now, "Send /book.", "Sende /book.")));
            f.answers(
                    in -> in instanceof Button button ? Optional.of(button.state()) : Optional.empty(),
                    Out.of("That was an earlier question."));
            f.begin(command("/book"), Book.DATE)
                    .end(command("/cancel"), Out.of("Cancelled."))
                    .back(command("/back"));
            f.when(command("/help"), (turn, in) -> turn.again(Out.of("Help.")));
            f.call(
                    command("/language"),
                    LANGUAGE,
                    (turn, chosen) -> turn.put("language", chosen.language()).again());
            f.after(Duration.ofHours(24), turn -> turn.end(Out.of("I have let it go.")));
            f.state(Book.DATE, s -> {
                s.ask((b, now) -> Out.of(text(now, "Which day?", "Welcher Tag?")))
                        .to(Book.TIME);
                s.answer((turn, in) -> turn.edit(b -> b.date = said(in)).goTo(Book.TIME));
                s.after(Duration.ofMinutes(30), turn -> turn.again(Out.of("Are you still there?")));
            });
            f.state(Book.TIME, s -> {
                s.work(
                        job -> clinic.freeTimes(job.data().date),
                        (turn, free) -> free.isEmpty()
                                ? turn.say(Out.of("Nothing is free.")).goTo(Book.DATE)
                                : turn.edit(b -> b.times = free).again());
                s.ask((b, now) -> Out.of(now, text(now, "When?", "Wann?"), b.times));
                s.to(Book.DATE, Book.HOME, Book.CONFIRM);
                s.answer((turn, in) -> turn.data().times.contains(said(in))
                        ? turn.edit(b -> b.time = said(in)).goTo(turn.data().home == null ? Book.HOME : Book.CONFIRM)
                        : turn.again(Out.of("Not free.")));
            });
            f.state(
                    Book.HOME,
                    s -> s.call(
                                    ADDRESS,
                                    (turn, address) -> turn.edit(b -> b.home = address.line())
                                            .goTo(Book.CONFIRM))
                            .to(Book.CONFIRM));
            f.state(Book.CONFIRM, s -> {
                s.ask((b, now) -> Out.of(now, b.date + " " + b.time + " " + b.home + "?", List.of("yes", "no")));
                s.to(Book.BOOKING, Book.DATE);
                s.answer((turn, in) -> turn.goTo(said(in).equals("yes") ? Book.BOOKING : Book.DATE));
            });
            f.state(
                    Book.BOOKING,
                    s -> s.work(
                                    job -> clinic.book(job.id(), job.data()),
                                    (turn, booked) -> booked
                                            ? turn.goTo(Book.BOOKED)
                                            : turn.say(Out.of("Just taken.")).goTo(Book.TIME))
                            .to(Book.BOOKED, Book.TIME));
            f.state(Book.BOOKED, s -> s.ask(b -> Out.of("Booked: " + b.date + " " + b.time)));
        });
    }

    static Predicate<In> command(String name) {
        return in -> in instanceof Text text && text.text().equals(name);
    }

    private static String said(In in) {
        return in instanceof Text text ? text.text() : in instanceof Button button ? button.choice() : "";
    }

    private static String text(Conversation now, String english, String german) {
        return now.value("language", String.class).orElse("en").equals("de") ? german : english;
    }
}
