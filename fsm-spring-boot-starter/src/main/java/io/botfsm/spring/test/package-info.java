/** Tests of a bot in its application: {@link io.botfsm.spring.test.BotfsmTest}. */
@NullMarked
package io.botfsm.spring.test;

import org.jspecify.annotations.NullMarked;
