package io.botfsm.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.StreamWriteConstraints;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Values that are long, deeply nested or ambiguous are read back as they were written, or refused. */
class CodecLimitsTest {
    /** A number of 1,053,605 digits. It caches its text, which takes seconds to create. */
    private static final BigDecimal TOO_LONG = new BigDecimal(BigInteger.ONE.shiftLeft(3_500_000));

    record Note(String text, Map<String, String> tags) {}

    record Sum(BigInteger whole, BigDecimal part) {}

    record Tree(List<Object> children) {}

    record Place(int x, Inner inner) {}

    record Inner(int y) {}

    static List<JacksonCodec> codecs() {
        ObjectMapper lenient = new ObjectMapper();
        lenient.setConfig(lenient.getDeserializationConfig()
                .without(StreamReadFeature.STRICT_DUPLICATE_DETECTION.mappedFeature()));
        ObjectMapper deep = JsonMapper.builder().build();
        deep.getFactory()
                .setStreamWriteConstraints(
                        StreamWriteConstraints.builder().maxNestingDepth(5_000).build());
        return List.of(new JacksonCodec(), new JacksonCodec(lenient), new JacksonCodec(deep));
    }

    @Test
    void longTextsAreReadBack() {
        JacksonCodec codec = new JacksonCodec();
        String text = "x".repeat(StreamReadConstraints.DEFAULT_MAX_STRING_LEN + 1);
        isReadBack(codec.read(codec.write(text), String.class), text);
        Note note = new Note(text, Map.of());
        isReadBack(codec.join(codec.split(note), Note.class), note);
    }

    @ParameterizedTest
    @MethodSource("codecs")
    void longNamesAreReadBack(JacksonCodec codec) {
        Map<String, String> tags = Map.of("x".repeat(60_000), "1");
        isReadBack(codec.read(codec.write(tags), Map.class), tags);
        Note note = new Note("", tags);
        isReadBack(codec.join(codec.split(note), Note.class), note);
        isReadBack(codec.read(codec.write(note), Note.class), note);
    }

    @ParameterizedTest
    @MethodSource("codecs")
    void numbersThatAreNotReadBackAreNotWritten(JacksonCodec codec) {
        refused(() -> codec.write(TOO_LONG));
        refused(() -> codec.write(Map.of("n", List.of(TOO_LONG))));
        refused(() -> codec.split(new Sum(BigInteger.ONE, TOO_LONG)));
    }

    @ParameterizedTest
    @MethodSource("codecs")
    void deepValuesAreReadBackOrNotWritten(JacksonCodec codec) {
        for (int depth : new int[] {990, 997, 998, 999, 1_000, 1_001, 1_500}) {
            List<Object> nested = List.of();
            for (int i = 1; i < depth; i++) {
                nested = List.of(nested);
            }
            List<Object> list = nested;
            readBackOrRefused(() -> isReadBack(codec.read(codec.write(list), List.class), list));
        }
    }

    private static void isReadBack(Optional<?> read, Object written) {
        assertThat(read.isPresent() && read.get().equals(written)).isTrue();
    }

    private static void readBackOrRefused(Runnable writeAndRead) {
        try {
            writeAndRead.run();
        } catch (IllegalArgumentException refused) {
            assertThat(refused).hasMessageContaining("cannot be written as JSON");
        }
    }

    private static void refused(ThrowingCallable write) {
        assertThatIllegalArgumentException()
                .isThrownBy(write)
                .withMessageMatching("a \\S+ (cannot be written|is not stored).*");
    }

    @ParameterizedTest
    @MethodSource("codecs")
    void nameThatComesTwiceIsNotRead(JacksonCodec codec) {
        ambiguous(() -> codec.read("{\"x\":1,\"inner\":{\"y\":4711},\"x\":2}", Place.class));
        ambiguous(() -> codec.read("{\"x\":1,\"inner\":{\"y\":4711,\"y\":2}}", Place.class));
        ambiguous(() -> codec.read("{\"x\":1,\"unknown\":[{\"y\":4711,\"y\":2}],\"inner\":{\"y\":1}}", Place.class));
        ambiguous(() -> codec.read("{\"a\":1,\"a\":4711}", Map.class));
        ambiguous(() -> codec.read("[{\"a\":{\"b\":1,\"b\":4711}}]", List.class));
        ambiguous(() -> codec.read("[{\"a\":{\"b\":1,\"b\":4711}}]", Object.class));
        ambiguous(() -> codec.join(Map.of("x", "1", "inner", "{\"y\":4711,\"y\":2}"), Place.class));
        ambiguous(() -> codec.join(Map.of("x", "1", "inner", "{\"y\":1,\"z\":{\"a\":1,\"a\":4711}}"), Place.class));
        isReadBack(codec.read("[{\"a\":1},{\"a\":2}]", List.class), List.of(Map.of("a", 1), Map.of("a", 2)));
    }

    private static void ambiguous(ThrowingCallable read) {
        assertThatThrownBy(read)
                .isInstanceOf(UnreadableDataException.class)
                .hasMessageContaining("a name occurs twice in one object")
                .hasMessageNotContaining("4711");
    }

    @ParameterizedTest
    @MethodSource("codecs")
    void keysThatBecomeOneNameAreNotWritten(JacksonCodec codec) {
        Map<Object, String> keys = new LinkedHashMap<>();
        keys.put(1, "a");
        keys.put("1", "b");
        refused(() -> codec.write(keys));
        refused(() -> codec.write(List.of(keys)));
        refused(() -> codec.split(new Tree(List.of(keys))));
    }

    @Test
    void theUsersMapperStaysAsItWas() throws Exception {
        ObjectMapper mine = new ObjectMapper();
        new JacksonCodec(mine);
        assertThat(mine.readValue("{\"a\":1,\"a\":2}", Object.class)).isEqualTo(Map.of("a", 2));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"x\":1,\"inner\":{\"y\":1}} {}", "{\"x\":1,\"inner\":{\"y\":1}"})
    void otherFaultsAreStillReported(String json) {
        assertThatThrownBy(() -> new JacksonCodec().read(json, Place.class))
                .isInstanceOf(UnreadableDataException.class)
                .hasMessageNotContaining("twice");
    }
}
