package io.botfsm.redis.jedis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.botfsm.redis.client.testing.PortConformance;
import io.botfsm.redis.spi.RedisPort;
import io.botfsm.redis.spi.RedisPortException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Runs the suite of ports on wrong ports: each is caught by the rule that it breaks; the correct port passes. */
@Timeout(60)
class WrongPortsTest {
    /** The suite over the correct port, wrapped so that something is wrong. */
    private static final class Suite extends PortConformance {
        Suite(UnaryOperator<RedisPort> wrong) {
            super(new JedisInTest(), wrong);
        }

        void p01() {
            p01_commandsAreSentOnce();
        }

        void p02() {
            p02_anyBytesComeThrough();
        }

        void p03() {
            p03_repliesHaveOneForm();
        }

        void p04() {
            p04_unknownScriptsAreTold();
        }

        void p05() {
            p05_refusalsAreTold();
        }

        void p10() {
            p10_messagesAreTold();
        }

        void p16() {
            p16_aCommandFollowsScriptsElsewhere();
        }

        void p17() {
            p17_whatFindsNoConnectionWasNotSent();
        }

        void p18() {
            try {
                p18_aSlowReplyIsNotWaitedForAnyLonger();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    static Stream<Arguments> wrongPorts() {
        return Stream.of(
                wrong("sends twice", Suite::p01, right -> new DelegatingPort(right) {
                    @Override
                    public CompletionStage<List<Object>> eval(byte[] script, List<byte[]> keys, List<byte[]> args) {
                        return super.eval(script, keys, args).thenCompose(reply -> super.eval(script, keys, args));
                    }
                }),
                wrong("takes bytes for text", Suite::p02, right -> new DelegatingPort(right) {
                    @Override
                    public CompletionStage<List<byte[]>> hgetall(byte[] key) {
                        return super.hgetall(key)
                                .thenApply(hash -> hash.stream()
                                        .map(bytes -> new String(bytes, UTF_8).getBytes(UTF_8))
                                        .toList());
                    }
                }),
                wrong("reports nothing as null", Suite::p03, right -> new DelegatingPort(right) {
                    @Override
                    @SuppressWarnings("NullAway") // on purpose
                    public CompletionStage<List<Object>> eval(byte[] script, List<byte[]> keys, List<byte[]> args) {
                        return super.eval(script, keys, args).thenApply(reply -> {
                            List<Object> nulls = new ArrayList<>(reply);
                            nulls.replaceAll(one -> one instanceof byte[] bytes && bytes.length == 0 ? null : one);
                            return nulls;
                        });
                    }
                }),
                wrong("takes an unknown script for any error", Suite::p04, right -> new DelegatingPort(right) {
                    @Override
                    public CompletionStage<List<Object>> evalsha(String sha, List<byte[]> keys, List<byte[]> args) {
                        return super.evalsha(sha, keys, args).exceptionally(failure -> {
                            throw new CompletionException(RedisPortException.outcomeUnknown(failure));
                        });
                    }
                }),
                wrong("takes a refusal for a lost connection", Suite::p05, right -> new DelegatingPort(right) {
                    @Override
                    public CompletionStage<List<byte[]>> hgetall(byte[] key) {
                        return super.hgetall(key).exceptionally(failure -> {
                            throw new CompletionException(RedisPortException.notSent(failure));
                        });
                    }
                }),
                wrong("notifies after the end", Suite::p10, right -> new DelegatingPort(right) {
                    @Override
                    public CompletionStage<ChannelSubscription> subscribe(String channel, Runnable hint) {
                        return super.subscribe(channel, hint).thenApply(one -> () -> {});
                    }
                }),
                wrong("lets something else follow", Suite::p16, right -> new DelegatingPort(right) {
                    @Override
                    public FollowedScripts followedBy(List<byte[]> command) {
                        return super.followedBy(List.of("PING".getBytes(UTF_8)));
                    }
                }),
                wrong(
                        "takes what refuses a connection for an answer to the command",
                        Suite::p17,
                        right -> new DelegatingPort(right) {
                            @Override
                            public CompletionStage<List<Object>> eval(
                                    byte[] script, List<byte[]> keys, List<byte[]> args) {
                                return super.eval(script, keys, args)
                                        .exceptionallyCompose(failure ->
                                                CompletableFuture.failedFuture(RedisPortException.known(failure)
                                                        .filter(known ->
                                                                known.code().equals("NOAUTH"))
                                                        .map(known -> RedisPortException.ofServerError("NOAUTH"))
                                                        .orElseGet(() -> RedisPortException.notSent(failure))));
                            }
                        }),
                wrong("waits for a reply while it comes", Suite::p18, right -> new DelegatingPort(right) {
                    @Override
                    public CompletionStage<List<byte[]>> hgetall(byte[] key) {
                        return super.hgetall(key)
                                .exceptionallyCompose(failure -> CompletableFuture.supplyAsync(
                                        () -> {
                                            throw new CompletionException(failure);
                                        },
                                        CompletableFuture.delayedExecutor(4, TimeUnit.SECONDS)));
                    }
                }),
                wrong("has begun before it began", Suite::p10, right -> new DelegatingPort(right) {
                    @Override
                    public CompletionStage<ChannelSubscription> subscribe(String channel, Runnable hint) {
                        return CompletableFuture.completedFuture(() -> {});
                    }
                }));
    }

    private static Arguments wrong(String name, Consumer<Suite> rule, UnaryOperator<RedisPort> change) {
        return Arguments.of(name, rule, change);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("wrongPorts")
    void eachIsCaught(String name, Consumer<Suite> rule, UnaryOperator<RedisPort> change) {
        assertThatCode(() -> check(rule, UnaryOperator.identity())).doesNotThrowAnyException();
        assertThat(caught(() -> check(rule, change))).as(name).isTrue();
    }

    private static void check(Consumer<Suite> rule, UnaryOperator<RedisPort> change) {
        Suite suite = new Suite(change);
        suite.start();
        try {
            rule.accept(suite);
        } finally {
            suite.stop();
        }
    }

    private static boolean caught(Runnable rule) {
        try {
            rule.run();
            return false;
        } catch (AssertionError | NullPointerException e) {
            return true;
        }
    }

    /** Delegates to the correct port, except for what a subclass changes. */
    private abstract static class DelegatingPort implements RedisPort {
        private final RedisPort right;

        DelegatingPort(RedisPort right) {
            this.right = right;
        }

        @Override
        public CompletionStage<List<byte[]>> hgetall(byte[] key) {
            return right.hgetall(key);
        }

        @Override
        public CompletionStage<List<Object>> evalsha(String sha, List<byte[]> keys, List<byte[]> args) {
            return right.evalsha(sha, keys, args);
        }

        @Override
        public CompletionStage<List<Object>> eval(byte[] script, List<byte[]> keys, List<byte[]> args) {
            return right.eval(script, keys, args);
        }

        @Override
        public CompletionStage<String> scriptLoad(byte[] script) {
            return right.scriptLoad(script);
        }

        @Override
        public CompletionStage<String> info(String section) {
            return right.info(section);
        }

        @Override
        public CompletionStage<List<byte[]>> configGet(String pattern) {
            return right.configGet(pattern);
        }

        @Override
        public CompletionStage<List<Object>> scan(byte[] cursor, byte[] pattern, int count) {
            return right.scan(cursor, pattern, count);
        }

        @Override
        public CompletionStage<ChannelSubscription> subscribe(String channel, Runnable hint) {
            return right.subscribe(channel, hint);
        }

        @Override
        public FollowedScripts followedBy(List<byte[]> command) {
            return right.followedBy(command);
        }

        @Override
        public long connection() {
            return right.connection();
        }

        @Override
        public void close() {
            right.close();
        }
    }
}
