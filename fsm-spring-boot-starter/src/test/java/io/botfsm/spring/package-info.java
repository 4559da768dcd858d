/** Tests of the auto-configuration; they run on Spring Boot 3.5 and, in testing/spring-boot-4-tests, on 4.0. */
@NullMarked
package io.botfsm.spring;

import org.jspecify.annotations.NullMarked;
