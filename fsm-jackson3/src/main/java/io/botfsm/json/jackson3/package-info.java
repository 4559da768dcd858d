/** An implementation of {@link io.botfsm.json.JsonCodec} with Jackson 3. */
@NullMarked
package io.botfsm.json.jackson3;

import org.jspecify.annotations.NullMarked;
