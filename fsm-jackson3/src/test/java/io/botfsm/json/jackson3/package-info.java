/** Tests of the codec in comparison with that of Jackson 2. */
@NullMarked
package io.botfsm.json.jackson3;

import org.jspecify.annotations.NullMarked;
