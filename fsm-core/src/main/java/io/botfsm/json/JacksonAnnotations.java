package io.botfsm.json;

import com.fasterxml.jackson.annotation.JacksonAnnotationsInside;
import java.lang.annotation.Annotation;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Executable;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Jackson's annotations on a type, its members and what it inherits from. */
final class JacksonAnnotations {
    private JacksonAnnotations() {}

    static Stream<Annotation> on(Class<?> type) {
        return hierarchy(type)
                .flatMap(JacksonAnnotations::elements)
                .flatMap(element -> Arrays.stream(element.getDeclaredAnnotations()))
                .filter(JacksonAnnotations::isJacksons);
    }

    /** Returns their names as the end of a message; empty if there are none. */
    static String remark(Class<?> type) {
        String names = on(type).map(
                        annotation -> "@" + annotation.annotationType().getSimpleName())
                .distinct()
                .sorted()
                .collect(Collectors.joining(", "));
        return names.isEmpty() ? "" : " (annotations of the type: " + names + ")";
    }

    private static Stream<Class<?>> hierarchy(Class<?> type) {
        Class<?> parent = type.getSuperclass();
        return Stream.concat(
                Stream.of(type),
                Stream.concat(Stream.ofNullable(parent), Arrays.stream(type.getInterfaces()))
                        .filter(each -> !RoundTrip.isOfThePlatform(each))
                        .flatMap(JacksonAnnotations::hierarchy));
    }

    private static Stream<AnnotatedElement> elements(Class<?> type) {
        return Stream.<AnnotatedElement[]>of(
                        new Class<?>[] {type},
                        type.getDeclaredFields(),
                        type.getDeclaredMethods(),
                        type.getDeclaredConstructors())
                .flatMap(Arrays::stream)
                .flatMap(element -> element instanceof Executable executable
                        ? Stream.concat(Stream.of(element), Arrays.stream(executable.getParameters()))
                        : Stream.of(element));
    }

    private static boolean isJacksons(Annotation annotation) {
        Class<?> type = annotation.annotationType();
        return type.getName().startsWith("com.fasterxml.jackson.")
                || type.isAnnotationPresent(JacksonAnnotationsInside.class);
    }
}
