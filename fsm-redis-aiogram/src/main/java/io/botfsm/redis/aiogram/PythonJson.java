package io.botfsm.redis.aiogram;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads JSON as Python's {@code json} module does, and writes it as its {@code dumps} does: {@code ", "} and {@code ":
 * "} between values, ASCII only, floats in the form of {@code repr}, {@code NaN} and infinities. Digits are never lost:
 * a float with more digits than Python would keep keeps them all. The depth of nesting is unlimited.
 */
final class PythonJson {
    private static final Pattern NUMBER = Pattern.compile("-?(?:0|[1-9][0-9]*)(?:\\.[0-9]+)?(?:[eE][+-]?[0-9]+)?");
    private static final Pattern WORD = Pattern.compile("true|false|null|NaN|-?Infinity");
    private static final int LONGEST_EXPONENT = 9;
    private static final int SMALLEST = -321;

    private final String text;
    private int at;

    private PythonJson(String text) {
        this.text = text;
    }

    /**
     * A member of an object, in the exact characters in which it is written.
     *
     * @param name with its quotes
     * @param value any JSON value
     */
    record JsonMember(String name, String value) {}

    /**
     * The members of an object by their names, in order. Of several members with the same name, Python keeps the place
     * of the first and the value of the last.
     *
     * @throws IllegalArgumentException if it is not an object; the message contains no part of the text
     */
    static Map<String, JsonMember> members(String object) {
        return new PythonJson(object).members();
    }

    /** The object of these members. */
    static String object(Iterable<JsonMember> members) {
        StringBuilder object = new StringBuilder("{");
        for (JsonMember member : members) {
            object.append(object.length() == 1 ? "" : ", ")
                    .append(member.name())
                    .append(": ")
                    .append(member.value());
        }
        return object.append('}').toString();
    }

    /**
     * The same value as Python writes it.
     *
     * @throws IllegalArgumentException if it is not one JSON value; the message contains no part of the text
     */
    static String rewritten(String json) {
        PythonJson source = new PythonJson(json);
        StringBuilder out = new StringBuilder(json.length() + 16);
        source.value(out);
        source.end();
        return out.toString();
    }

    /** A text as Python writes it, with its quotes. */
    static String quoted(String text) {
        StringBuilder out = new StringBuilder(text.length() + 2);
        quote(text, out);
        return out.toString();
    }

    private Map<String, JsonMember> members() {
        Map<String, JsonMember> members = new LinkedHashMap<>();
        expect('{');
        if (!skipIf('}')) {
            do {
                skipSpace();
                int begin = at;
                String name = string();
                String written = text.substring(begin, at);
                expect(':');
                skipSpace();
                int value = at;
                value(null);
                JsonMember member = new JsonMember(written, text.substring(value, at));
                members.merge(name, member, (first, last) -> new JsonMember(first.name(), last.value()));
            } while (skipIf(','));
            expect('}');
        }
        end();
        return members;
    }

    /** Reads one value, and writes it to {@code out} unless that is null. */
    private void value(@Nullable StringBuilder out) {
        StringBuilder open = new StringBuilder(); // the closing brackets of the open containers
        while (true) {
            skipSpace();
            char c = peek();
            if (c == '{' || c == '[') {
                char closing = c == '{' ? '}' : ']';
                at++;
                write(out, c);
                if (!skipIf(closing)) {
                    open.append(closing);
                    name(open, out);
                    continue;
                }
                write(out, closing);
            } else if (c == '"') {
                if (out == null) {
                    skipString();
                } else {
                    quote(string(), out);
                }
            } else {
                String scalar = scalar();
                if (out != null) {
                    out.append(scalar);
                }
            }
            if (!next(open, out)) {
                return;
            }
        }
    }

    /** Called after a value: closes the containers that end here; returns whether another value follows. */
    private boolean next(StringBuilder open, @Nullable StringBuilder out) {
        while (!open.isEmpty()) {
            char closing = open.charAt(open.length() - 1);
            if (skipIf(',')) {
                write(out, ',');
                write(out, ' ');
                name(open, out);
                return true;
            }
            expect(closing);
            write(out, closing);
            open.setLength(open.length() - 1);
        }
        return false;
    }

    /** Reads the name of a member if the innermost container is an object. */
    private void name(StringBuilder open, @Nullable StringBuilder out) {
        if (open.charAt(open.length() - 1) == '}') {
            skipSpace();
            String name = string();
            expect(':');
            if (out != null) {
                quote(name, out);
                out.append(": ");
            }
        }
    }

    private static void write(@Nullable StringBuilder out, char c) {
        if (out != null) {
            out.append(c);
        }
    }

    private String scalar() {
        int begin = at;
        while (at < text.length() && ",]} \t\r\n".indexOf(text.charAt(at)) < 0) {
            at++;
        }
        String scalar = text.substring(begin, at);
        if (WORD.matcher(scalar).matches()) {
            return scalar;
        }
        if (!NUMBER.matcher(scalar).matches()) {
            throw notJson();
        }
        return number(scalar);
    }

    /** Returns a number as Python writes it after reading it. */
    private static String number(String literal) {
        int e = Math.max(literal.indexOf('e'), literal.indexOf('E'));
        int point = literal.indexOf('.');
        if (e < 0 && point < 0) {
            return literal.equals("-0") ? "0" : literal;
        }
        String exponent = e < 0 ? "0" : literal.substring(e + 1);
        if (exponent.length() > LONGEST_EXPONENT) {
            return literal.toLowerCase(Locale.ROOT);
        }
        String sign = literal.startsWith("-") ? "-" : "";
        String mantissa = literal.substring(sign.length(), e < 0 ? literal.length() : e);
        int whole = mantissa.indexOf('.') < 0 ? mantissa.length() : mantissa.indexOf('.');
        String digits = mantissa.replace(".", "");
        int begin = 0;
        while (begin < digits.length() && digits.charAt(begin) == '0') {
            begin++;
        }
        int end = digits.length();
        while (end > begin && digits.charAt(end - 1) == '0') {
            end--;
        }
        return begin == end
                ? sign + "0.0"
                : sign + shortest(digits.substring(begin, end), Integer.parseInt(exponent) + whole - begin);
    }

    /** Java prints two digits of the smallest doubles where one would do: 4.9E-324 for 5E-324. */
    private static String shortest(String digits, int point) {
        if (digits.length() == 2 && point <= SMALLEST) {
            BigDecimal exact = new BigDecimal("0." + digits + "E" + point);
            BigDecimal rounded = exact.round(new MathContext(1, RoundingMode.HALF_UP));
            String digit = rounded.unscaledValue().toString();
            if (rounded.doubleValue() == exact.doubleValue()) {
                return decimal(digit, digit.length() - rounded.scale());
            }
        }
        return decimal(digits, point);
    }

    /** The number {@code 0.digits} times ten to the power of {@code point}, in the form of Python's {@code repr}. */
    private static String decimal(String digits, int point) {
        if (point <= -4 || point > 16) {
            String rest = digits.length() == 1 ? "" : "." + digits.substring(1);
            return String.format(
                    Locale.ROOT, "%c%se%s%02d", digits.charAt(0), rest, point > 0 ? "+" : "-", Math.abs(point - 1));
        }
        if (point <= 0) {
            return "0." + "0".repeat(-point) + digits;
        }
        return point >= digits.length()
                ? digits + "0".repeat(point - digits.length()) + ".0"
                : digits.substring(0, point) + "." + digits.substring(point);
    }

    private String string() {
        expect('"');
        StringBuilder decoded = new StringBuilder();
        while (peek() != '"') {
            char c = text.charAt(at++);
            decoded.append(c == '\\' ? escaped() : c);
        }
        at++;
        return decoded.toString();
    }

    private char escaped() {
        char c = peek();
        at++;
        return switch (c) {
            case '"', '\\', '/' -> c;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> unicode();
            default -> throw notJson();
        };
    }

    private char unicode() {
        if (at + 4 > text.length()) {
            throw notJson();
        }
        int unit = 0;
        for (int end = at + 4; at < end; at++) {
            int digit = Character.digit(text.charAt(at), 16);
            if (digit < 0 || text.charAt(at) > 'f') {
                throw notJson();
            }
            unit = unit << 4 | digit;
        }
        return (char) unit;
    }

    private void skipString() {
        expect('"');
        while (peek() != '"') {
            at += text.charAt(at) == '\\' ? 2 : 1;
        }
        at++;
    }

    private static void quote(String string, StringBuilder out) {
        out.append('"');
        for (int i = 0; i < string.length(); i++) {
            char c = string.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\b' -> out.append("\\b");
                case '\f' -> out.append("\\f");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    if (c < ' ' || c > '~') {
                        out.append("\\u").append(Integer.toHexString(0x10000 | c), 1, 5);
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }

    private char peek() {
        if (at >= text.length()) {
            throw notJson();
        }
        return text.charAt(at);
    }

    private boolean skipIf(char c) {
        skipSpace();
        if (at < text.length() && text.charAt(at) == c) {
            at++;
            return true;
        }
        return false;
    }

    private void expect(char c) {
        if (!skipIf(c)) {
            throw notJson();
        }
    }

    private void end() {
        skipSpace();
        if (at < text.length()) {
            throw notJson();
        }
    }

    private void skipSpace() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private static IllegalArgumentException notJson() {
        return new IllegalArgumentException("not JSON");
    }
}
