package io.botfsm.json.jackson3;

import static java.util.Collections.unmodifiableSet;

import io.botfsm.internal.data.JacksonAnnotations;
import io.botfsm.internal.data.ReadProblem;
import io.botfsm.json.UnreadableDataException;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.PropertyName;
import tools.jackson.databind.introspect.BeanPropertyDefinition;
import tools.jackson.databind.json.JsonMapper;

/** The data entries that belong to a type: the current and former names of the properties that can be read back. */
final class DataProperties {
    private final Class<?> type;
    private final Map<String, List<String>> formerNames = new LinkedHashMap<>();
    private final Set<String> names;
    private final List<String> primitives;

    private DataProperties(Class<?> type, List<BeanPropertyDefinition> properties) {
        this.type = type;
        Set<String> present =
                properties.stream().map(BeanPropertyDefinition::getName).collect(Collectors.toSet());
        properties.forEach(property -> formerNames.put(
                property.getName(),
                property.findAliases().stream()
                        .map(PropertyName::getSimpleName)
                        .filter(alias -> !present.contains(alias))
                        .toList()));
        Set<String> all = new LinkedHashSet<>(formerNames.keySet());
        formerNames.values().forEach(all::addAll);
        this.names = unmodifiableSet(all);
        this.primitives = properties.stream()
                .filter(property -> property.getRawPrimaryType().isPrimitive())
                .map(BeanPropertyDefinition::getName)
                .toList();
    }

    static DataProperties of(Class<?> type, JsonMapper mapper) {
        JavaType java = mapper.constructType(type);
        List<BeanPropertyDefinition> properties = java.isContainerType() || java.isEnumType()
                ? List.of()
                : mapper._deserializationContext().introspectBeanDescription(java).findProperties().stream()
                        .filter(BeanPropertyDefinition::couldDeserialize)
                        .toList();
        if (properties.isEmpty()) {
            throw new IllegalArgumentException(
                    "typed data must be a record or a class with properties that can be read back, not a "
                            + type.getName() + JacksonAnnotations.remark(type));
        }
        return new DataProperties(type, properties);
    }

    /** The property's name and its aliases. */
    static Stream<String> namesOf(BeanPropertyDefinition property) {
        return Stream.concat(
                Stream.of(property.getName()), property.findAliases().stream().map(PropertyName::getSimpleName));
    }

    /** Every name under which an entry of the type may be stored. */
    Set<String> names() {
        return names;
    }

    /** Returns whether entries are written under a name: not if it is a former one. */
    boolean writes(String name) {
        return formerNames.containsKey(name);
    }

    /** Returns whether any of the entries belongs to the type. */
    boolean isIn(Map<String, String> data) {
        return names.stream().anyMatch(data::containsKey);
    }

    /**
     * Returns the name of the entry of each stored property: its current name or, if that has no entry, the first
     * former name that has one.
     */
    Map<String, String> entriesByProperty(Map<String, String> data) {
        Map<String, String> entries = new LinkedHashMap<>();
        formerNames.forEach((name, former) -> Stream.concat(Stream.of(name), former.stream())
                .filter(data::containsKey)
                .findFirst()
                .ifPresent(entry -> entries.put(name, entry)));
        for (String primitive : primitives) {
            if (!entries.containsKey(primitive)) {
                throw new UnreadableDataException(primitive, type, ReadProblem.absent(primitive));
            }
        }
        return entries;
    }
}
