package io.botfsm.conformance;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Which rules a wrong storage breaks. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
public @interface Breaks {
    /** The rules whose tests must fail. */
    int[] value();

    /** Other rules whose tests may fail, as the fault shows there too. */
    int[] also() default {};
}
