package io.botfsm.conformance;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.TestTemplate;
import org.junit.jupiter.api.extension.ExtendWith;

/** A test that runs once where all its needs are met, and not at all where one is not. */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@TestTemplate
@SuppressWarnings("exports") // JUnit alone calls the extension
@ExtendWith(Requirements.class)
public @interface Requires {
    /** All that the test needs. */
    Need[] value();
}
