package io.botfsm.json;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.DeserializationConfig;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.deser.BeanDeserializerBase;
import com.fasterxml.jackson.databind.deser.BeanDeserializerModifier;
import com.fasterxml.jackson.databind.deser.std.DelegatingDeserializer;
import com.fasterxml.jackson.databind.introspect.BeanPropertyDefinition;
import com.fasterxml.jackson.databind.util.TokenBuffer;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Refuses objects that lack a primitive property. Jackson itself checks constructor parameters only; without this
 * check, a property that is set by a setter or a field would silently stay 0.
 */
@SuppressWarnings("serial") // inherited from Jackson's classes; never serialized
final class RequiredPrimitives extends BeanDeserializerModifier {
    @Override
    public JsonDeserializer<?> modifyDeserializer(
            DeserializationConfig config, BeanDescription bean, JsonDeserializer<?> deserializer) {
        List<BeanPropertyDefinition> primitives = bean.findProperties().stream()
                .filter(RequiredPrimitives::isSettablePrimitive)
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

        Checked(JsonDeserializer<?> deserializer, List<BeanPropertyDefinition> primitives) {
            super(deserializer);
            this.primitives = primitives;
        }

        @Override
        protected JsonDeserializer<?> newDelegatingInstance(JsonDeserializer<?> deserializer) {
            return new Checked(deserializer, primitives);
        }

        @Override
        public Object deserialize(JsonParser parser, DeserializationContext context) throws IOException {
            try (TokenBuffer object = context.bufferForInputBuffering(parser)) {
                object.copyCurrentStructure(parser);
                requirePrimitives(object);
                return super.deserialize(object.asParserOnFirstToken(), context);
            }
        }

        private void requirePrimitives(TokenBuffer object) throws IOException {
            Set<String> names = new HashSet<>();
            JsonParser properties = object.asParserOnFirstToken();
            if (properties.currentToken() == JsonToken.START_OBJECT) {
                properties.nextToken();
            } else if (properties.currentToken() != JsonToken.FIELD_NAME) {
                return; // the id of an object that was read before, or a form without properties
            }
            for (; properties.currentToken() == JsonToken.FIELD_NAME; properties.nextToken()) {
                names.add(properties.currentName());
                properties.nextToken();
                properties.skipChildren();
            }
            for (BeanPropertyDefinition primitive : primitives) {
                if (!DataShape.namesOf(primitive).anyMatch(names::contains)) {
                    throw new CodecProblem.AbsentPrimitiveException(properties, primitive.getName());
                }
            }
        }
    }
}
