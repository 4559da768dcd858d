package io.botfsm.json;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.AnnotationIntrospector;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.AnnotationIntrospectorPair;
import com.fasterxml.jackson.databind.introspect.NopAnnotationIntrospector;
import java.util.Map;

/**
 * Overrides {@code @JsonInclude} and the corresponding settings of the mapper, since an empty list that is omitted
 * would be read back as absent.
 */
@SuppressWarnings("serial") // inherited from Jackson's class; never serialized
final class AlwaysIncluded extends NopAnnotationIntrospector {
    private static final JsonInclude.Value ALWAYS =
            JsonInclude.Value.construct(JsonInclude.Include.ALWAYS, JsonInclude.Include.ALWAYS);

    private AlwaysIncluded() {}

    @SuppressWarnings("deprecation") // the features, since a mapper's settings could override their successors
    static ObjectMapper on(ObjectMapper mapper) {
        AnnotationIntrospector writing = mapper.getSerializationConfig().getAnnotationIntrospector();
        mapper.setAnnotationIntrospectors(
                new AnnotationIntrospectorPair(new AlwaysIncluded(), writing),
                mapper.getDeserializationConfig().getAnnotationIntrospector());
        mapper.configOverride(Map.class).setInclude(ALWAYS);
        return mapper.setDefaultPropertyInclusion(ALWAYS)
                .enable(SerializationFeature.WRITE_NULL_MAP_VALUES, SerializationFeature.WRITE_EMPTY_JSON_ARRAYS);
    }

    @Override
    public JsonInclude.Value findPropertyInclusion(Annotated annotated) {
        return ALWAYS;
    }
}
