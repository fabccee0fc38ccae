package org.junit.jupiter.api;

public class Assertions {
    public static void assertEquals(int expected, int actual) {
        if (expected != actual) throw new AssertionError(actual + " is not " + expected);
    }

    public static void assertTrue(boolean condition) {
        if (!condition) throw new AssertionError("not true");
    }
}
