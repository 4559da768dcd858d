/** Conversation data as JSON: the {@link io.botfsm.json.JsonCodec} contract and its implementation with Jackson. */
@NullMarked
package io.botfsm.json;

import org.jspecify.annotations.NullMarked;
