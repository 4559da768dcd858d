package io.botfsm.examples.appointment;

import io.botfsm.examples.appointment.AppointmentFlow.Appointment;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The dialog of {@link AppointmentFlow} written without a flow, by a map and a switch. It loses everything when its
 * process ends, handles a redelivered message twice, and nothing restricts its transitions.
 */
final class MapAndSwitchBot {
    private static final Duration REMINDER = Duration.ofMinutes(30);
    private static final Duration END = Duration.ofHours(24);

    private enum State {
        IDLE,
        SERVICE,
        DATE,
        TIME,
        ADDRESS,
        PHONE,
        CONFIRM,
        BOOKING,
        BOOKED
    }

    private static final class Chat {
        private State state = State.IDLE;
        private Deque<State> before = new ArrayDeque<>();
        private boolean choosesLanguage;
        private String language = "English";
        private Appointment appointment = new Appointment();
        private String address = "";
        private @Nullable String job;
        private boolean timesAreKnown;
        private Instant lastInput = Instant.MIN;
        private boolean isReminded;
    }

    private final Map<Long, Chat> chats = new HashMap<>();
    private final Clinic clinic;

    MapAndSwitchBot(Clinic clinic) {
        this.clinic = clinic;
    }

    List<String> handle(long id, String text, Instant now) throws SQLException {
        Chat chat = chats.computeIfAbsent(id, key -> new Chat());
        chat.lastInput = now;
        chat.isReminded = false;
        List<String> replies = new ArrayList<>();
        if (work(chat, replies) && !text.startsWith("/")) {
            return asked(chat, replies);
        }
        switch (text) {
            case "/book" -> {
                end(chat);
                chat.state = State.SERVICE;
            }
            case "/cancel" -> {
                replies.add(words(chat, "Cancelled.", "Abgebrochen."));
                end(chat);
            }
            case "/language" -> chat.choosesLanguage = true;
            case "/back" -> back(chat);
            default -> answer(chat, text, replies);
        }
        var unused = work(chat, replies);
        return asked(chat, replies);
    }

    /** To be called periodically. */
    List<String> timeout(long id, Instant now) {
        Chat chat = chats.computeIfAbsent(id, key -> new Chat());
        List<String> replies = new ArrayList<>();
        boolean isWaiting = chat.choosesLanguage || (chat.state != State.IDLE && chat.state != State.BOOKED);
        if (!isWaiting) {
            return replies;
        }
        if (!now.isBefore(chat.lastInput.plus(END))) {
            replies.add(words(chat, "I have let it go.", "Erledigt."));
            end(chat);
            return asked(chat, replies);
        }
        if (!chat.isReminded && !now.isBefore(chat.lastInput.plus(REMINDER))) {
            chat.isReminded = true;
            replies.add(words(chat, "Still there?", "Noch da?"));
            return asked(chat, replies);
        }
        return replies;
    }

    private static void end(Chat chat) {
        chat.state = State.IDLE;
        chat.before = new ArrayDeque<>();
        chat.choosesLanguage = false;
        chat.appointment = new Appointment();
        chat.address = "";
        chat.job = null;
        chat.timesAreKnown = false;
    }

    private static void goTo(Chat chat, State state) {
        if (chat.before.contains(state)) {
            while (chat.before.pop() != state) {
                // a circle is forgotten
            }
        } else if (chat.state != State.BOOKING && chat.state != state) {
            chat.before.push(chat.state);
        }
        enter(chat, state);
    }

    private static void enter(Chat chat, State state) {
        chat.state = state;
        chat.timesAreKnown = false;
        chat.job = state == State.BOOKING ? UUID.randomUUID().toString() : null;
        if (state == State.BOOKED) {
            chat.before.clear();
        }
    }

    private static void back(Chat chat) {
        if (chat.choosesLanguage) {
            chat.choosesLanguage = false;
        } else if (!chat.before.isEmpty()) {
            enter(chat, chat.before.pop());
        }
    }

    private void answer(Chat chat, String text, List<String> replies) {
        if (chat.choosesLanguage) {
            if (text.equals("English") || text.equals("Deutsch")) {
                chat.language = text;
                chat.choosesLanguage = false;
            }
            return;
        }
        switch (chat.state) {
            case SERVICE -> {
                if (Clinic.SERVICES.contains(text)) {
                    chat.appointment.service = text;
                    goTo(chat, State.DATE);
                }
            }
            case DATE -> {
                if (clinic.isOpenOn(text)) {
                    chat.appointment.date = text;
                    goTo(chat, State.TIME);
                }
            }
            case TIME -> {
                if (chat.appointment.free.contains(text)) {
                    chat.appointment.time = text;
                    goTo(chat, State.ADDRESS);
                }
            }
            case ADDRESS -> {
                chat.address = text;
                goTo(chat, State.PHONE);
            }
            case PHONE -> {
                if (text.matches("\\+?[0-9 ]{5,20}")) {
                    chat.appointment.contact = chat.address + ", " + text;
                    enter(chat, State.CONFIRM);
                } else {
                    replies.add(words(chat, "Digits, please.", "Bitte Ziffern."));
                }
            }
            case CONFIRM -> {
                switch (text) {
                    case "yes", "ja" -> goTo(chat, State.BOOKING);
                    case "no", "nein" -> goTo(chat, State.SERVICE);
                    default -> {}
                }
            }
            case IDLE, BOOKING, BOOKED -> {}
        }
    }

    /** Whether there was work to do; what fails is repeated with the next message, under the same id. */
    private boolean work(Chat chat, List<String> replies) throws SQLException {
        boolean hasWorked = false;
        if (chat.state == State.BOOKING) {
            if (clinic.book(String.valueOf(chat.job), chat.appointment)) {
                enter(chat, State.BOOKED);
            } else {
                replies.add(words(chat, "Just taken.", "Gerade vergeben."));
                goTo(chat, State.TIME);
            }
            hasWorked = true;
        }
        if (chat.state == State.TIME && !chat.timesAreKnown && !chat.choosesLanguage) {
            List<String> free = clinic.freeTimes(chat.appointment);
            if (free.isEmpty()) {
                replies.add(words(chat, "Nothing is free.", "Nichts frei."));
                goTo(chat, State.DATE);
            } else {
                chat.appointment.free = free;
                chat.timesAreKnown = true;
            }
            hasWorked = true;
        }
        return hasWorked;
    }

    private static List<String> asked(Chat chat, List<String> replies) {
        Appointment of = chat.appointment;
        replies.add(
                chat.choosesLanguage
                        ? "English or Deutsch?"
                        : switch (chat.state) {
                            case IDLE -> words(chat, "Send /book.", "Sende /book.");
                            case SERVICE -> words(chat, "A check-up or a cleaning?", "check-up oder cleaning?");
                            case DATE -> words(chat, "Which day, as 2026-01-31?", "Welcher Tag, wie 2026-01-31?");
                            case TIME -> words(chat, "When? ", "Wann? ") + String.join(", ", of.free);
                            case ADDRESS -> words(chat, "Where do you live?", "Wo wohnst du?");
                            case PHONE -> words(chat, "Your phone number?", "Deine Telefonnummer?");
                            case CONFIRM ->
                                of.line() + ", " + of.contact + words(chat, ". Yes or no?", ". Ja oder nein?");
                            case BOOKING -> throw new IllegalStateException("asks nothing");
                            case BOOKED -> words(chat, "Booked: ", "Gebucht: ") + of.line();
                        });
        return replies;
    }

    private static String words(Chat chat, String english, String german) {
        return chat.language.equals("Deutsch") ? german : english;
    }
}
