package io.botfsm.examples.appointment;

import io.botfsm.Conversation;
import io.botfsm.flow.Flow;
import io.botfsm.flow.SubFlow;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Books an appointment: the dialog. */
final class AppointmentFlow {
    private AppointmentFlow() {}

    enum Language {
        CHOICE
    }

    record Chosen(String language) {}

    private static final SubFlow<String, String, Chosen> LANGUAGE = SubFlow.of(
            Language.class,
            new Chosen("English"),
            f -> f.state(Language.CHOICE, s -> {
                s.ask("English or Deutsch?").ends();
                s.answer((turn, text) -> switch (text) {
                    case "English", "Deutsch" -> turn.data(new Chosen(text)).done();
                    default -> turn.again();
                });
            }));

    enum Patient {
        ADDRESS,
        PHONE
    }

    record Contact(@Nullable String address, @Nullable String phone) {}

    private static final SubFlow<String, String, Contact> PATIENT =
            SubFlow.of(Patient.class, new Contact(null, null), f -> {
                f.state(Patient.ADDRESS, s -> {
                    s.ask((c, now) -> words(now, "Where do you live?", "Wo wohnst du?"))
                            .to(Patient.PHONE);
                    s.answer((turn, text) -> turn.data(new Contact(text, null)).goTo(Patient.PHONE));
                });
                f.state(Patient.PHONE, s -> {
                    s.ask((c, now) -> words(now, "Your phone number?", "Deine Telefonnummer?"))
                            .ends();
                    s.answer((turn, text) -> text.matches("\\+?[0-9 ]{5,20}")
                            ? turn.change(c -> new Contact(c.address(), text)).done()
                            : turn.again(words(turn.now(), "Digits, please.", "Bitte Ziffern.")));
                });
            });

    enum Book {
        SERVICE,
        DATE,
        TIME,
        CONTACT,
        CONFIRM,
        BOOKING,
        BOOKED
    }

    static final class Appointment {
        public @Nullable String service;
        public @Nullable String date;
        public @Nullable String time;
        public @Nullable String contact;
        public List<String> free = List.of();

        String line() {
            return service + ", " + date + ", " + time;
        }
    }

    static Flow<String, String> of(Clinic clinic) {
        return Flow.of(Book.class, new Appointment(), f -> {
            f.idle(now -> words(now, "Send /book.", "Sende /book."));
            f.begin("/book"::equals, Book.SERVICE).back("/back"::equals);
            f.end("/cancel"::equals, (turn, text) -> turn.end(words(turn.now(), "Cancelled.", "Abgebrochen.")));
            f.call(
                    "/language"::equals,
                    LANGUAGE,
                    (turn, chosen) -> turn.put("language", chosen.language()).again());
            f.after(Duration.ofMinutes(30), turn -> turn.again(words(turn.now(), "Still there?", "Noch da?")));
            f.after(Duration.ofHours(24), turn -> turn.end(words(turn.now(), "I have let it go.", "Erledigt.")));
            f.state(Book.SERVICE, s -> {
                s.ask((a, now) -> words(now, "A check-up or a cleaning?", "check-up oder cleaning?"));
                s.to(Book.DATE);
                s.when(
                        Clinic.SERVICES::contains,
                        (turn, text) -> turn.edit(a -> a.service = text).goTo(Book.DATE));
            });
            f.state(Book.DATE, s -> {
                s.ask((a, now) -> words(now, "Which day, as 2026-01-31?", "Welcher Tag, wie 2026-01-31?"));
                s.to(Book.TIME);
                s.when(
                        clinic::isOpenOn,
                        (turn, text) -> turn.edit(a -> a.date = text).goTo(Book.TIME));
            });
            f.state(Book.TIME, s -> {
                s.work(
                        job -> clinic.freeTimes(job.data()), // outside the turn
                        (turn, free) -> free.isEmpty()
                                ? turn.say(words(turn.now(), "Nothing is free.", "Nichts frei."))
                                        .goTo(Book.DATE)
                                : turn.edit(a -> a.free = free).again());
                s.ask((a, now) -> words(now, "When? ", "Wann? ") + String.join(", ", a.free));
                s.to(Book.DATE, Book.CONTACT)
                        .answer((turn, text) -> turn.data().free.contains(text)
                                ? turn.edit(a -> a.time = text).goTo(Book.CONTACT)
                                : turn.again());
            });
            f.state(
                    Book.CONTACT,
                    s -> s.to(Book.CONFIRM)
                            .call(
                                    PATIENT,
                                    (turn, patient) -> turn.edit(
                                                    a -> a.contact = patient.address() + ", " + patient.phone())
                                            .goTo(Book.CONFIRM)));
            f.state(Book.CONFIRM, s -> {
                s.ask((a, now) -> a.line() + ", " + a.contact + words(now, ". Yes or no?", ". Ja oder nein?"));
                s.to(Book.BOOKING, Book.SERVICE).answer((turn, text) -> switch (text) {
                    case "yes", "ja" -> turn.goTo(Book.BOOKING);
                    case "no", "nein" -> turn.goTo(Book.SERVICE);
                    default -> turn.again();
                });
            });
            f.state(
                    Book.BOOKING,
                    s -> s.to(Book.BOOKED, Book.TIME)
                            .work(
                                    job -> clinic.book(job.id(), job.data()), // at least once under this id
                                    (turn, booked) -> booked
                                            ? turn.goTo(Book.BOOKED)
                                            : turn.say(words(turn.now(), "Just taken.", "Gerade vergeben."))
                                                    .goTo(Book.TIME)));
            f.state(Book.BOOKED, s -> s.ask((a, now) -> words(now, "Booked: ", "Gebucht: ") + a.line()));
        });
    }

    private static String words(Conversation now, String english, String german) {
        return now.value("language", String.class).orElse("English").equals("Deutsch") ? german : english;
    }
}
