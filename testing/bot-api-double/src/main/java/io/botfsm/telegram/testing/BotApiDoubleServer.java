package io.botfsm.telegram.testing;

/** Runs the double as a program: {@code BotApiDoubleServer [port [token]]}. It runs until it is killed. */
public final class BotApiDoubleServer {
    private static final int PORT = 8081;

    private BotApiDoubleServer() {}

    /** Starts the double, by default on port 8081. */
    public static void main(String[] arguments) throws InterruptedException {
        if (arguments.length > 2 || (arguments.length > 0 && !arguments[0].matches("\\d{1,5}"))) {
            System.err.println("usage: run [port [token]], such as run 8081 7000000001:AAsecret");
            System.exit(2);
        }
        BotApiDouble.Builder builder = BotApiDouble.builder().port(PORT);
        if (arguments.length > 0) {
            builder.port(Integer.parseInt(arguments[0]));
        }
        if (arguments.length > 1) {
            builder.token(arguments[1]);
        }
        try (BotApiDouble bot = builder.start()) {
            System.out.println("Bot API: " + bot.uri() + "/bot" + bot.token() + "/getMe");
            System.out.println("A user:  curl -d text=/start " + bot.uri() + "/users/42/say");
            System.out.println("Answers: curl " + bot.uri() + "/users/42/messages");
            Thread.currentThread().join();
        }
    }
}
