package io.botfsm.spring.test;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.annotation.Import;

/**
 * Runs the bot of the application in a test, with its own beans and only this starter's auto-configuration, a storage
 * in memory, and a {@code BotApiDouble} in place of Telegram, which can be injected.
 *
 * <pre>{@code
 * @BotfsmTest
 * class PizzaBotTest {
 *     @Autowired BotApiDouble telegram;
 *
 *     @Test
 *     void asksForTheSize() throws InterruptedException {
 *         TelegramUser ann = telegram.user(1);
 *         ann.says("/order");
 *         ann.awaitReply("Small or large?", Duration.ofSeconds(10));
 *     }
 * }
 * }</pre>
 *
 * <p>Needs {@code bot-api-double} and {@code spring-boot-starter-test}. A flow alone is tested with
 * {@code FlowTester.of(flow)}.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Documented
@SpringBootTest(
        webEnvironment = SpringBootTest.WebEnvironment.NONE,
        properties = {
            "spring.boot.enableautoconfiguration=false",
            "botfsm.storage=memory",
            "botfsm.lock.name=test",
            "botfsm.exit=false",
            "botfsm.telegram.mode=polling",
            "botfsm.telegram.token=" + TelegramTestConfiguration.TOKEN
        })
@ImportAutoConfiguration
@Import(TelegramTestConfiguration.class)
public @interface BotfsmTest {}
