package io.botfsm.json.jackson3;

import com.fasterxml.jackson.annotation.JsonInclude;
import tools.jackson.databind.cfg.MapperConfig;
import tools.jackson.databind.introspect.Annotated;
import tools.jackson.databind.introspect.NopAnnotationIntrospector;

/** Overrides {@code @JsonInclude}: an empty list that is not written would be read back as null. */
@SuppressWarnings("serial") // Jackson's class is serializable; this one is never sent over a wire
final class AlwaysWritten extends NopAnnotationIntrospector {
    static final JsonInclude.Value ALWAYS =
            JsonInclude.Value.construct(JsonInclude.Include.ALWAYS, JsonInclude.Include.ALWAYS);

    @Override
    public JsonInclude.Value findPropertyInclusion(MapperConfig<?> config, Annotated annotated) {
        return ALWAYS;
    }
}
