package io.botfsm;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.storage.StorageKey;
import java.io.StringWriter;
import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.math.BigDecimal;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Generates records and classes with properties of random types and random Jackson annotations: each value is read back
 * equal, or refused. The seed is fixed; types and values are the same in every run.
 */
@Timeout(300)
class GeneratedTypesTest {
    private static final int TYPES = 240;
    private static final int VALUES = 25;
    private static final StorageKey KEY = StorageKey.bot(1).chat(2).user(3).build();

    private static final List<String> PROPERTIES = List.of(
            "int",
            "Integer",
            "long",
            "double",
            "boolean",
            "String",
            "String",
            "List<String>",
            "List<Integer>",
            "Set<String>",
            "Map<String, Integer>",
            "Map<String, List<Double>>",
            "java.math.BigDecimal",
            "java.time.Instant",
            "Thread.State",
            "Part",
            "List<Part>",
            "Base",
            "Object",
            "Shape",
            "Shape[]",
            "int[]");

    private static final List<String> ANNOTATIONS = List.of(
            "@JsonInclude(Include.NON_NULL)",
            "@JsonInclude(Include.NON_EMPTY)",
            "@JsonInclude(Include.NON_DEFAULT)",
            "@JsonProperty(\"renamed%d\")",
            "@JsonProperty(access = JsonProperty.Access.WRITE_ONLY)",
            "@JsonProperty(access = JsonProperty.Access.READ_ONLY)",
            "@JsonIgnore",
            "@JsonAlias(\"former%d\")",
            "@JsonUnwrapped",
            "@JsonUnwrapped(prefix = \"p%d_\")",
            "@JsonAnyGetter",
            "@JsonAnyGetter @JsonAnySetter",
            "@JsonView(GeneratedTypes.class)",
            "@JsonFormat(shape = JsonFormat.Shape.STRING)",
            "@JsonSerialize(using = ToStringSerializer.class)",
            "@JsonValue",
            "@JsonTypeInfo(use = JsonTypeInfo.Id.CLASS)",
            "@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, include = JsonTypeInfo.As.EXTERNAL_PROPERTY, property = \"kind%d\")");

    private static final List<String> TYPE_ANNOTATIONS = List.of(
            "@JsonInclude(Include.NON_EMPTY)",
            "@JsonInclude(Include.NON_DEFAULT)",
            "@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)",
            "@JsonPropertyOrder(alphabetic = true)",
            "@JsonIgnoreProperties(\"p0\")",
            "@JsonFormat(shape = JsonFormat.Shape.ARRAY)",
            "@JsonTypeInfo(use = JsonTypeInfo.Id.CLASS)",
            "@JsonIdentityInfo(generator = ObjectIdGenerators.IntSequenceGenerator.class)",
            "@JsonFilter(\"unknown\")");

    private static final String COMMON = """
            public final class GeneratedTypes {
                public record Part(String name, @JsonInclude(Include.NON_DEFAULT) int count) {}
                public static class Base {
                    public String name = "b";
                    @Override public boolean equals(Object o) { return o.getClass() == getClass() && ((Base) o).name.equals(name); }
                    @Override public int hashCode() { return 1; }
                }
                public static final class Derived extends Base { public int more; }
                @JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
                @JsonSubTypes({@JsonSubTypes.Type(Circle.class), @JsonSubTypes.Type(Square.class)})
                public sealed interface Shape permits Circle, Square {}
                public record Circle(int radius) implements Shape {}
                public record Square(String side) implements Shape {}
            """;

    private static final String IMPORTS = """
            import com.fasterxml.jackson.annotation.*;
            import com.fasterxml.jackson.annotation.JsonInclude.Include;
            import com.fasterxml.jackson.databind.*;
            import com.fasterxml.jackson.databind.annotation.*;
            import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
            import java.util.*;
            """;

    private final Random random = new Random(20_261_128);
    private final FsmTestStorage storage = new FsmTestStorage();
    private final FsmContext context = Fsm.of(storage).context(KEY);

    @AfterEach
    void close() {
        storage.close();
    }

    @Test
    void whatIsWrittenIsReadBackEqualOrRefused(@TempDir Path classes) throws Exception {
        String source = IntStream.range(0, TYPES)
                .mapToObj(i -> i % 3 == 0 ? beanType(i) : recordType(i))
                .collect(Collectors.joining("\n", IMPORTS + COMMON, "}\n"));
        int stored = 0;
        int refused = 0;
        try (URLClassLoader loader = compiled(source, classes)) {
            for (int i = 0; i < TYPES; i++) {
                Class<?> type = loader.loadClass("GeneratedTypes$T" + i);
                for (int v = 0; v < VALUES; v++) {
                    Object value = value(type, loader);
                    boolean typed = isStored(value, () -> context.update(turn -> turn.data(value)));
                    if (typed) {
                        assertReadBack(value, context.data(type), hasContent(value));
                    }
                    boolean alone = isStored(value, () -> context.updateData("x", value));
                    if (alone) {
                        assertReadBack(value, context.value("x", type), true);
                    }
                    stored += (typed ? 1 : 0) + (alone ? 1 : 0);
                    refused += (typed ? 0 : 1) + (alone ? 0 : 1);
                    context.clear();
                }
            }
        }
        assertThat(stored).as("stored, and %d refused", refused).isGreaterThan(TYPES * VALUES / 2);
        assertThat(refused).as("refused, and %d stored", stored).isGreaterThan(TYPES * VALUES / 10);
    }

    private static boolean isStored(Object value, Runnable write) {
        try {
            write.run();
            return true;
        } catch (IllegalArgumentException refused) {
            assertThat(refused.getMessage()).contains(value.getClass().getName());
            return false;
        }
    }

    /** An object whose properties are all null is stored without any entry. */
    private static void assertReadBack(Object written, Optional<?> read, boolean expected) {
        if (expected || read.isPresent()) {
            assertThat(read).as("%s", written.getClass()).isPresent();
            assertThat(written.toString()).isEqualTo(read.orElseThrow().toString());
            assertThat(written.equals(read.orElseThrow())).as("%s", written).isTrue();
        }
    }

    private static boolean hasContent(Object value) {
        return !value.toString().matches(".*\\[(p\\d+=null(, )?)+]");
    }

    private String recordType(int number) {
        StringBuilder type = new StringBuilder(sometimes(TYPE_ANNOTATIONS) + " public record T" + number + "(");
        int properties = 1 + random.nextInt(4);
        List<String> names = new ArrayList<>();
        for (int p = 0; p < properties; p++) {
            String declared = pick(PROPERTIES);
            type.append(p == 0 ? "" : ", ")
                    .append(annotation(p))
                    .append(' ')
                    .append(declared)
                    .append(" p")
                    .append(p);
            names.add("p" + p);
        }
        return type.append(") {\n")
                .append(equality("T" + number, names))
                .append("}\n")
                .toString();
    }

    private String beanType(int number) {
        StringBuilder type =
                new StringBuilder(sometimes(TYPE_ANNOTATIONS) + " public static final class T" + number + " {\n");
        int properties = 1 + random.nextInt(4);
        List<String> names = new ArrayList<>();
        List<String> parameters = new ArrayList<>();
        for (int p = 0; p < properties; p++) {
            String declared = pick(PROPERTIES);
            boolean onGetter = random.nextBoolean();
            boolean hasGetter = random.nextInt(6) > 0;
            boolean hasSetter = random.nextInt(6) > 0;
            String annotation = annotation(p);
            type.append(onGetter ? "" : annotation)
                    .append(" private ")
                    .append(declared)
                    .append(" p" + p + ";\n");
            if (hasGetter) {
                type.append(onGetter ? annotation : "")
                        .append(" public " + declared + " getP" + p + "() { return p" + p + "; }\n");
            }
            if (hasSetter) {
                type.append(" public void setP" + p + "(" + declared + " v) { p" + p + " = v; }\n");
            }
            names.add("p" + p);
            parameters.add(declared + " p" + p);
        }
        return type.append(" T" + number + "() {}\n T" + number + "(" + String.join(", ", parameters) + ") { ")
                .append(names.stream().map(n -> "this." + n + " = " + n + "; ").collect(Collectors.joining()))
                .append("}\n")
                .append(equality("T" + number, names))
                .append("}\n")
                .toString();
    }

    private static String equality(String type, List<String> names) {
        String all = names.stream().collect(Collectors.joining(", ", "new Object[] {", "}"));
        String others = names.stream().map(n -> "t." + n).collect(Collectors.joining(", ", "new Object[] {", "}"));
        String text = names.stream()
                .map(n -> "\"" + n + "=\" + Arrays.deepToString(new Object[] {" + n + "})"
                        + ".replaceAll(\"^\\\\[|]$\", \"\")")
                .collect(Collectors.joining(" + \", \" + "));
        return " @Override public boolean equals(Object o) { return o instanceof " + type
                + " t && Arrays.deepEquals(" + all + ", " + others + "); }\n"
                + " @Override public int hashCode() { return 1; }\n"
                + " @Override public String toString() { return \"" + type + "[\" + " + text + " + \"]\"; }\n";
    }

    private String annotation(int property) {
        return sometimes(ANNOTATIONS).replace("%d", Integer.toString(property));
    }

    private Object value(Class<?> type, ClassLoader loader) throws ReflectiveOperationException {
        Constructor<?> all = Arrays.stream(type.getDeclaredConstructors())
                .filter(constructor -> constructor.getParameterCount() > 0)
                .findFirst()
                .orElseThrow();
        all.setAccessible(true);
        List<@Nullable Object> arguments = new ArrayList<>();
        for (var parameter : all.getGenericParameterTypes()) {
            arguments.add(argument(parameter.getTypeName(), loader));
        }
        return all.newInstance(arguments.toArray());
    }

    private @Nullable Object argument(String type, ClassLoader loader) throws ReflectiveOperationException {
        boolean primitive = !type.contains(".") && !type.contains("$") && !type.endsWith("[]");
        if (!primitive && random.nextInt(6) == 0) {
            return null;
        }
        String simple = type.replaceAll("java\\.(lang|util)\\.", "").replace("GeneratedTypes$", "");
        return switch (simple) {
            case "int", "Integer" -> random.nextInt(4) == 0 ? 0 : random.nextInt();
            case "long" -> random.nextLong();
            case "double" -> random.nextInt(9) == 0 ? Double.NaN : random.nextGaussian() * 1e9;
            case "boolean" -> random.nextBoolean();
            case "String" -> text();
            case "List<String>" -> many(this::text);
            case "List<Integer>" -> many(random::nextInt);
            case "Set<String>" -> new HashSet<>(many(this::text));
            case "Map<String, Integer>" -> Map.of(text(), random.nextInt());
            case "Map<String, List<Double>>" -> new TreeMap<>(Map.of(text(), many(random::nextDouble)));
            case "java.math.BigDecimal" -> new BigDecimal("1." + random.nextInt(1_000) + "0");
            case "java.time.Instant" -> Instant.ofEpochSecond(random.nextInt(), random.nextInt(1_000_000_000));
            case "Thread$State" -> Thread.State.valueOf(pick(List.of("NEW", "BLOCKED", "RUNNABLE")));
            case "Part" -> create(loader, "Part", text(), random.nextInt(2));
            case "List<Part>" -> Collections.singletonList(create(loader, "Part", text(), random.nextInt(2)));
            case "Base" -> create(loader, random.nextInt(3) == 0 ? "Derived" : "Base");
            case "Object" ->
                switch (random.nextInt(4)) {
                    case 0 -> text();
                    case 1 -> random.nextInt();
                    case 2 -> create(loader, "Part", text(), 1);
                    default -> new ArrayList<>(List.of(new LinkedHashMap<>(Map.of("a", 1))));
                };
            case "Shape" -> shape(loader);
            case "GeneratedTypes.Shape[]", "Shape[]" -> {
                Object shapes = Array.newInstance(loader.loadClass("GeneratedTypes$Shape"), 1);
                Array.set(shapes, 0, shape(loader));
                yield shapes;
            }
            case "int[]" -> new int[] {random.nextInt(), 0};
            default -> throw new IllegalArgumentException(type);
        };
    }

    private Object shape(ClassLoader loader) throws ReflectiveOperationException {
        return random.nextBoolean() ? create(loader, "Circle", random.nextInt()) : create(loader, "Square", text());
    }

    private static Object create(ClassLoader loader, String type, Object... arguments)
            throws ReflectiveOperationException {
        Constructor<?> only = loader.loadClass("GeneratedTypes$" + type).getDeclaredConstructors()[0];
        return only.newInstance(arguments);
    }

    private String text() {
        return pick(List.of("", "a", "Ann", "0", "null", "NaN", "ä😀", "\"", "{}"));
    }

    private <T> List<T> many(Supplier<T> each) {
        return IntStream.range(0, random.nextInt(3)).mapToObj(i -> each.get()).collect(Collectors.toList());
    }

    private String sometimes(List<String> from) {
        return random.nextInt(4) == 0 ? pick(from) : "";
    }

    private String pick(List<String> from) {
        return from.get(random.nextInt(from.size()));
    }

    private static URLClassLoader compiled(String source, Path classes) throws Exception {
        var file = new SimpleJavaFileObject(URI.create("string:///GeneratedTypes.java"), JavaFileObject.Kind.SOURCE) {
            @Override
            public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                return source;
            }
        };
        var errors = new StringWriter();
        String path = System.getProperty("java.class.path");
        boolean done = ToolProvider.getSystemJavaCompiler()
                .getTask(
                        errors,
                        null,
                        null,
                        List.of("-d", classes.toString(), "-parameters", "-nowarn", "-proc:none", "-cp", path),
                        null,
                        List.of(file))
                .call();
        assertThat(done).as("%s", errors).isTrue();
        return new URLClassLoader(new URL[] {classes.toUri().toURL()}, GeneratedTypesTest.class.getClassLoader());
    }
}
