package io.botfsm.internal.data;

import com.fasterxml.jackson.annotation.JacksonAnnotationsInside;
import java.lang.annotation.Annotation;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Executable;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Finds the Jackson annotations on a type, its members and its supertypes. */
public final class JacksonAnnotations {
    private JacksonAnnotations() {}

    public static Stream<Annotation> on(Class<?> type) {
        return hierarchy(type)
                .flatMap(JacksonAnnotations::elements)
                .flatMap(element -> Arrays.stream(element.getDeclaredAnnotations()))
                .filter(JacksonAnnotations::isJacksons);
    }

    /** Returns the names of the annotations as the end of a message; an empty text if there are none. */
    public static String remark(Class<?> type) {
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
                        .filter(each -> !isOfThePlatform(each))
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
                || type.getName().startsWith("tools.jackson.")
                || type.isAnnotationPresent(JacksonAnnotationsInside.class);
    }

    /** Whether a type belongs to the JDK. The annotations and fields of such a type are not inspected. */
    public static boolean isOfThePlatform(Class<?> type) {
        ClassLoader loader = type.getClassLoader();
        return loader == null || loader == ClassLoader.getPlatformClassLoader();
    }
}
