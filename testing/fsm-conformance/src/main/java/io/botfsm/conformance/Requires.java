package io.botfsm.conformance;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.TestTemplate;
import org.junit.jupiter.api.extension.ExtendWith;

/** Marks a test that runs once if all its needs are met, and does not run otherwise. */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@TestTemplate
@SuppressWarnings("exports") // JUnit alone calls the extension
@ExtendWith(Requirements.class)
public @interface Requires {
    /** The needs of the test. */
    Need[] value();
}
