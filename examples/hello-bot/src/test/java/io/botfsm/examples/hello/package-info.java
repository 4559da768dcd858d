/** Tests of the first bot to copy. */
@NullMarked
package io.botfsm.examples.hello;

import org.jspecify.annotations.NullMarked;
