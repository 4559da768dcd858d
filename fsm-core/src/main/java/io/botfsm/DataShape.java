package io.botfsm;

import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyName;
import com.fasterxml.jackson.databind.introspect.BeanPropertyDefinition;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** Which data entries belong to a type: the names of the properties that can be read back. */
final class DataShape {
    private final Class<?> type;
    private final Set<String> names = new LinkedHashSet<>();
    private final List<BeanPropertyDefinition> primitives;

    private DataShape(Class<?> type, List<BeanPropertyDefinition> properties) {
        this.type = type;
        properties.forEach(property -> namesOf(property).forEach(names::add));
        this.primitives = properties.stream()
                .filter(property -> property.getRawPrimaryType().isPrimitive())
                .toList();
    }

    static DataShape of(Class<?> type, ObjectMapper mapper) {
        JavaType java = mapper.constructType(type);
        List<BeanPropertyDefinition> properties = java.isContainerType() || java.isEnumType()
                ? List.of()
                : mapper.getDeserializationConfig().introspect(java).findProperties().stream()
                        .filter(BeanPropertyDefinition::couldDeserialize)
                        .toList();
        if (properties.isEmpty()) {
            throw new IllegalArgumentException(
                    "typed data must be a record or a class with properties that can be read back, not a "
                            + type.getName());
        }
        return new DataShape(type, properties);
    }

    /** The property's name and its aliases. */
    static Stream<String> namesOf(BeanPropertyDefinition property) {
        return Stream.concat(
                Stream.of(property.getName()), property.findAliases().stream().map(PropertyName::getSimpleName));
    }

    Set<String> names() {
        return names;
    }

    boolean has(String name) {
        return names.contains(name);
    }

    /** Whether any of the entries belongs to the type. */
    boolean isIn(Map<String, String> data) {
        return names.stream().anyMatch(data::containsKey);
    }

    void requirePrimitives(Map<String, String> data) {
        for (BeanPropertyDefinition primitive : primitives) {
            if (namesOf(primitive).noneMatch(data::containsKey)) {
                throw new UnreadableDataException(primitive.getName(), type, CodecProblem.absent(primitive.getName()));
            }
        }
    }
}
