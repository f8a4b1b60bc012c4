package samples;

import java.util.Objects;

final class Check {
    private Check() {}

    interface Work {
        void run() throws Exception;
    }

    static void same(String what, Object found, Object expected) {
        holds(what + " is " + found + ", not " + expected, Objects.equals(found, expected));
    }

    static void near(String what, double found, double expected) {
        holds(what + " is " + found + ", not about " + expected, Math.abs(found - expected) < 1e-5);
    }

    static void holds(String otherwise, boolean condition) {
        if (!condition) throw new AssertionError(otherwise);
    }

    /** The work must fail, with an error whose text and whose causes' texts hold all these words. */
    static void refused(Work work, String... words) {
        try {
            work.run();
        } catch (Exception error) {
            StringBuilder told = new StringBuilder();
            for (Throwable cause = error; cause != null; cause = cause.getCause()) told.append(cause).append('\n');
            for (String word : words) holds("it was refused with " + told + ", not with " + word, told.toString().contains(word));
            return;
        }
        throw new AssertionError("it was answered as if it were fine, not refused with " + String.join(" ", words));
    }
}
