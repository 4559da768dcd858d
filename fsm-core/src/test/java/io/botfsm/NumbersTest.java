package io.botfsm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.botfsm.json.UnreadableDataException;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.StorageKey;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** NaN, infinities and negative zero. */
@Timeout(60)
class NumbersTest {
    private static final StorageKey KEY = StorageKey.bot(1).chat(2).user(3).build();

    record Inner(double ratio, @Nullable Float small) {}

    record Measured(double weight, Float small, List<Double> list, Map<String, Double> byName, Inner inner) {}

    static final class ByField {
        public double weight;
        public Inner inner = new Inner(0, null);
    }

    private final FsmTestStorage storage = new FsmTestStorage();
    private final FsmContext context = Fsm.of(storage).context(KEY);

    @AfterEach
    void close() {
        storage.close();
    }

    @ParameterizedTest
    @ValueSource(
            doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, -0.0, 1e22, Double.MIN_VALUE, 0.1
            })
    void aDoubleKeepsItsValueAndItsTypeWhereverItStands(Double number) {
        Float small = number.floatValue();
        Measured measured =
                new Measured(number, small, List.of(number, 1.0), Map.of("a", number), new Inner(number, small));
        ByField byField = new ByField();
        byField.weight = number;
        byField.inner = new Inner(number, null);
        context.update(turn -> turn.data(measured)
                .put("alone", number)
                .put("array", new double[] {number, 2})
                .put("object", byField));

        Measured back = context.data(Measured.class).orElseThrow();
        assertThat(back.weight).isEqualTo(number);
        assertThat(back.small).isEqualTo(small);
        assertThat(back.list).isEqualTo(measured.list);
        assertThat(back.byName).isEqualTo(measured.byName);
        assertThat(back.inner).isEqualTo(measured.inner);
        assertThat(context.value("alone", Double.class)).contains(number);
        assertThat(Arrays.equals(context.value("array", double[].class).orElseThrow(), new double[] {number, 2}))
                .isTrue();
        ByField field = context.value("object", ByField.class).orElseThrow();
        assertThat(field.weight).isEqualTo(number);
        assertThat(field.inner).isEqualTo(byField.inner);
        assertThat(storage.stored(KEY).data().get("alone")).doesNotContain("\"");
    }

    @Test
    void wordsThatPythonWritesForNumbersAreReadTypedAlsoInsideContainers() {
        storage.apply(
                KEY,
                Mutation.builder()
                        .put("w", "NaN")
                        .put("list", "[NaN, Infinity, -Infinity, 1]")
                        .put("map", "{\"a\": {\"b\": [Infinity]}, \"c\": NaN}")
                        .put("ratio", "-Infinity")
                        .put("small", "NaN")
                        .build());
        assertThat(context.value("w", Double.class)).contains(Double.NaN);
        assertThat(context.value("list", double[].class).orElseThrow())
                .containsExactly(Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 1);
        assertThat(Arrays.asList(context.value("list", Float[].class).orElseThrow()))
                .contains(Float.NaN, Float.NEGATIVE_INFINITY);
        assertThat(context.value("list", List.class))
                .contains(List.of(Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 1));
        assertThat(context.value("map", Map.class))
                .contains(Map.of("a", Map.of("b", List.of(Double.POSITIVE_INFINITY)), "c", Double.NaN));
        assertThat(context.data(Inner.class)).contains(new Inner(Double.NEGATIVE_INFINITY, Float.NaN));
    }

    @Test
    void whatIsNoNumberCannotBeReadAsOneThatHasNoWordForIt() {
        storage.apply(KEY, Mutation.builder().put("w", "NaN").put("x", "nan").build());
        for (Class<?> type : List.of(Integer.class, Long.class, BigDecimal.class, Boolean.class)) {
            isUnreadable("w", type);
        }
        isUnreadable("x", Double.class);
        record Exact(BigDecimal w) {}
        assertThatExceptionOfType(UnreadableDataException.class).isThrownBy(() -> context.data(Exact.class));
    }

    private void isUnreadable(String name, Class<?> type) {
        assertThatExceptionOfType(UnreadableDataException.class).isThrownBy(() -> context.value(name, type));
    }
}
