/** Conversation keys of Telegram updates in the types of pengrad's java-telegram-bot-api. */
module io.botfsm.pengrad {
    requires transitive io.botfsm.core;
    requires transitive telegram.bot.api;
    requires static org.jspecify;

    exports io.botfsm.pengrad;
}
