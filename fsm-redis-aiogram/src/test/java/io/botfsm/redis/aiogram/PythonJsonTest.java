package io.botfsm.redis.aiogram;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.botfsm.json.JacksonCodec;
import io.botfsm.json.JsonCodec;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the golden cases do not cover: texts that are not JSON, depth, digits that Python would lose. */
class PythonJsonTest {
    private static final Path FLOATS = Path.of("src/test/resources/io/botfsm/redis/aiogram/python-floats.txt");
    private static final String CHECK = """
            import struct, sys
            for bits, text in map(str.split, open(sys.argv[1])):
                assert repr(struct.unpack('>d', bytes.fromhex(bits))[0]) == text, text
            """;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "{",
                "}",
                "[",
                "]",
                "[1",
                "[1,",
                "[1,]",
                "[,]",
                "{\"a\"}",
                "{\"a\":}",
                "{\"a\":1,}",
                "{a:1}",
                "{1:2}",
                "[1}",
                "{\"a\":1]",
                "\"",
                "\"a",
                "\"\\\"",
                "01",
                "1.",
                ".5",
                "+1",
                "1e",
                "1e+",
                "--1",
                "0x1",
                "1_000",
                "\uff11",
                "nan",
                "infinity",
                "True",
                "None",
                "nul",
                "'a'",
                "1 2",
                "{} {}",
                "[] x",
                "\u00a01"
            })
    void whatIsNotJsonIsRefused(String text) {
        assertThatThrownBy(() -> PythonJson.rewritten(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("not JSON");
        assertThatThrownBy(() -> PythonJson.members("{\"a\": " + text + "}"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"\\x\"", "\"\\u12\"", "\"\\u12g4\"", "\"\\u\uff11\uff11\uff11\uff11\""})
    void anEscapeThatIsNoneIsRefused(String text) {
        assertThatThrownBy(() -> PythonJson.rewritten(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[]", "1", "null", "\"a\"", "{\"a\": 1", "{\"a\": 1}}", "{\"a\": 1} 2", "{\"a\" 1}"})
    void dataThatAreNoObjectAreRefused(String text) {
        assertThatThrownBy(() -> PythonJson.members(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void membersKeepTheirCharacters() {
        assertThat(PythonJson.members(" {\"\\u0061\":1.50 ,\n\"b\" : [ 1,{\"x\":\"]}\\\"\"}] } "))
                .containsExactly(
                        java.util.Map.entry("a", new PythonJson.JsonMember("\"\\u0061\"", "1.50")),
                        java.util.Map.entry("b", new PythonJson.JsonMember("\"b\"", "[ 1,{\"x\":\"]}\\\"\"}]")));
    }

    @Test
    void ofSeveralMembersOfOneNameTheLastCounts() {
        assertThat(PythonJson.object(
                        PythonJson.members("{\"a\": 1, \"b\": 2, \"a\": 3}").values()))
                .isEqualTo("{\"a\": 3, \"b\": 2}");
    }

    @Test
    void depthHasNoBound() {
        String deep = "[".repeat(1_000_000) + "]".repeat(1_000_000);
        assertThat(PythonJson.rewritten(deep).equals(deep)).isTrue();
        assertThat(PythonJson.members("{\"a\": " + deep + "}").get("a").value()).hasSameSizeAs(deep);
    }

    @Test
    void digitsThatPythonWouldLoseStay() {
        assertThat(PythonJson.rewritten("0.1234567890123456789012345")).isEqualTo("0.1234567890123456789012345");
        assertThat(PythonJson.rewritten("123456789012345678901.5E-3")).isEqualTo("1.234567890123456789015e+17");
        assertThat(PythonJson.rewritten("1E400")).isEqualTo("1e+400");
        assertThat(PythonJson.rewritten("1.5E+99999999999")).isEqualTo("1.5e+99999999999");
    }

    /** Whatever its format, a number keeps its value, and the written format does not change when it is rewritten. */
    @Test
    void numbersStayTheSame() {
        Random random = new Random(20_261_123);
        for (int i = 0; i < 20_000; i++) {
            String digits = "" + (1 + random.nextInt(9)) + Math.abs(random.nextLong() >> random.nextInt(64));
            String literal = (random.nextBoolean() ? "-" : "")
                    + digits.charAt(0)
                    + (random.nextBoolean() ? "." + digits.substring(1) : "")
                    + (random.nextBoolean() ? "E" + (random.nextInt(60) - 30) : "");
            String written = PythonJson.rewritten(literal);
            assertThat(new BigDecimal(written)).as(literal).isEqualByComparingTo(new BigDecimal(literal));
            assertThat(PythonJson.rewritten(written)).isEqualTo(written);
        }
    }

    @Test
    void randomTextsComeBack() throws Exception {
        ObjectMapper mapper = new ObjectMapper();
        Random random = new Random(20_261_124);
        for (int i = 0; i < 2_000; i++) {
            StringBuilder text = new StringBuilder();
            random.ints(random.nextInt(20), 0, 0x3000).forEach(c -> text.append((char) c));
            String written = PythonJson.rewritten(mapper.writeValueAsString(text.toString()));
            assertThat(written).isEqualTo(PythonJson.quoted(text.toString())).matches("[ -~]*");
            assertThat(mapper.readValue(written, String.class)).isEqualTo(text.toString());
        }
    }

    static Stream<String> floatsOfPython() throws IOException {
        return Files.readAllLines(FLOATS).stream();
    }

    /** From the value that a bot puts to the text that is stored. */
    @Test
    void aDoubleIsWrittenAsPythonPrintsIt() throws IOException {
        JsonCodec codec = new JacksonCodec();
        assertThat(floatsOfPython()
                        .map(line -> line.substring(0, 16))
                        .map(bits -> {
                            double number = Double.longBitsToDouble(Long.parseUnsignedLong(bits, 16));
                            return bits + " " + PythonJson.rewritten(codec.write(number));
                        })
                        .toList())
                .isEqualTo(floatsOfPython().toList());
        assertThat(floatsOfPython()).hasSizeGreaterThan(1_500);
    }

    @Test
    void whatIsNoNumberIsWrittenAsPythonPrintsIt() {
        JsonCodec codec = new JacksonCodec();
        assertThat(PythonJson.rewritten(
                        codec.write(List.of(Double.NaN, Double.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY))))
                .isEqualTo("[NaN, Infinity, -Infinity]");
    }

    /** If Python is available; otherwise, the committed list is not checked. */
    @Test
    void pythonPrintsTheFloatsOfTheList() throws Exception {
        Process python;
        try {
            python = new ProcessBuilder("python3", "-c", CHECK, FLOATS.toString())
                    .redirectErrorStream(true)
                    .start();
        } catch (IOException e) {
            System.out.println("[golden] no python3 here: " + FLOATS + " was not checked");
            return;
        }
        String printed = new String(python.getInputStream().readAllBytes(), UTF_8);
        assertThat(python.waitFor()).as(printed).isZero();
    }
}
