/**
 * The Java that README and docs show. Regions from {@code // snippet: NAME} to {@code // end} stand there word for
 * word.
 */
@NullMarked
package io.botfsm.examples.snippets;

import org.jspecify.annotations.NullMarked;
