package io.botfsm.json.jackson3;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.BeanDescription;
import tools.jackson.databind.DeserializationConfig;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.deser.ValueDeserializerModifier;
import tools.jackson.databind.deser.bean.BeanDeserializerBase;
import tools.jackson.databind.deser.std.DelegatingDeserializer;
import tools.jackson.databind.introspect.BeanPropertyDefinition;
import tools.jackson.databind.util.TokenBuffer;

/**
 * Refuses objects that lack a primitive property. Jackson itself does so for constructor parameters only; any other
 * absent property would silently keep its initial value.
 */
@SuppressWarnings("serial") // Jackson's class is serializable; this one is never sent over a wire
final class NeededPrimitives extends ValueDeserializerModifier {
    @Override
    public ValueDeserializer<?> modifyDeserializer(
            DeserializationConfig config, BeanDescription.Supplier bean, ValueDeserializer<?> deserializer) {
        List<BeanPropertyDefinition> primitives = bean.get().findProperties().stream()
                .filter(NeededPrimitives::isSettablePrimitive)
                .toList();
        return primitives.isEmpty() || !(deserializer instanceof BeanDeserializerBase)
                ? deserializer
                : new Checked(deserializer, primitives);
    }

    private static boolean isSettablePrimitive(BeanPropertyDefinition property) {
        return property.couldDeserialize()
                && !property.hasConstructorParameter()
                && property.getRawPrimaryType().isPrimitive();
    }

    private static final class Checked extends DelegatingDeserializer {
        private final List<BeanPropertyDefinition> primitives;

        Checked(ValueDeserializer<?> deserializer, List<BeanPropertyDefinition> primitives) {
            super(deserializer);
            this.primitives = primitives;
        }

        @Override
        protected ValueDeserializer<?> newDelegatingInstance(ValueDeserializer<?> deserializer) {
            return new Checked(deserializer, primitives);
        }

        @Override
        public Object deserialize(JsonParser parser, DeserializationContext context) {
            try (TokenBuffer object = context.bufferForInputBuffering(parser)) {
                object.copyCurrentStructure(parser);
                requirePrimitives(object.asParserOnFirstToken(context));
                return super.deserialize(object.asParserOnFirstToken(context), context);
            }
        }

        private void requirePrimitives(JsonParser properties) {
            Set<String> names = new HashSet<>();
            if (properties.currentToken() == JsonToken.START_OBJECT) {
                properties.nextToken();
            } else if (properties.currentToken() != JsonToken.PROPERTY_NAME) {
                return; // the id of an object that was read before, or the argument of a delegating creator
            }
            for (; properties.currentToken() == JsonToken.PROPERTY_NAME; properties.nextToken()) {
                names.add(properties.currentName());
                properties.nextToken();
                properties.skipChildren();
            }
            for (BeanPropertyDefinition primitive : primitives) {
                if (!DataProperties.namesOf(primitive).anyMatch(names::contains)) {
                    throw new Jackson3Problem.MissingPrimitiveException(properties, primitive.getName());
                }
            }
        }
    }
}
