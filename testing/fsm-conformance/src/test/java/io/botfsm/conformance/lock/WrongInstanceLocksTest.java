package io.botfsm.conformance.lock;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.conformance.Faults;
import io.botfsm.lock.InstanceLock;
import io.botfsm.lock.store.MemoryLeaseStore;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The suite catches each wrong lock, by the rule it breaks. */
final class WrongInstanceLocksTest {
    private final InstanceLockFaults faults = new InstanceLockFaults();

    /** The lock of this library, with parts that a fault can replace. */
    static final class WithAFault extends InstanceLockConformance {
        private final MemoryLeaseStore shared = new MemoryLeaseStore();

        Supplier<MemoryLeaseStore> store = () -> shared;
        UnaryOperator<String> name = name -> name;
        Consumer<FaultyLock> opened = lock -> {};

        WithAFault() {
            Faults.putInto(this);
        }

        @Override
        protected InstanceLock open(String wanted, Duration ttl) {
            FaultyLock lock = new FaultyLock(
                    InstanceLock.builder(store.get(), name.apply(wanted))
                            .ttl(ttl)
                            .build(),
                    ttl);
            opened.accept(lock);
            return lock;
        }

        @Override
        Duration timeout() {
            return Duration.ofMillis(1500);
        }
    }

    @TestFactory
    Stream<DynamicTest> isCaught() {
        return faults.areCaughtBy(WithAFault.class);
    }

    @Test
    void everyRuleHasAWrongLock() {
        assertThat(faults.brokenRules())
                .isEqualTo(IntStream.rangeClosed(1, 14).boxed().collect(Collectors.toSet()));
    }
}
