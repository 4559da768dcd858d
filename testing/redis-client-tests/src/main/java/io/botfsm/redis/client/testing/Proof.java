package io.botfsm.redis.client.testing;

/** The length of loops and the strictness of time limits: full only in a proof, which has the machine for itself. */
public final class Proof {
    public static final boolean IS_WHOLE = Boolean.getBoolean("botfsm.proof");

    private Proof() {}

    public static int runs(int whole, int inEveryBuild) {
        return IS_WHOLE ? whole : inEveryBuild;
    }
}
